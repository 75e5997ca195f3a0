package diagnosis

import (
	"regexp"

	"github.com/cineforge/cineforge/failure"
)

// Reported is a transport's error of which only the print is left, as logs and
// reports have it. Only in such a one words of giving up mean that the caller did:
// of a call of this process that is known without words.
func Reported(text string) error { return report(text) }

// report is such an error.
type report string

func (r report) Error() string { return string(r) }

// printed are the ways in which the HTTP clients of Go, Node, Python and Rust print
// what went wrong. Some of Go's errors have no type, so that they are known by
// these as well.
var printed = []phrase{
	// The first ones quote what came, which may be anything.
	prints(noHTTP, `malformed HTTP (?:response|status code|version)|readLoopPeekFailLocked: %!w\(<nil>\)`),
	prints(
		serverSide,
		`malformed MIME header|server response headers exceeded|header list larger than advertised|too many 1xx informational|`+
			`multiple Content-Length|bad Content-Length|unsupported transfer encoding|`+
			`malformed chunked encoding|chunked encoding contains|invalid CR in chunked line|`+
			`invalid byte in chunk length|http chunk length too large|hex number for chunk length|chunked line ends with|header line too long`,
	),
	prints((&ProxyError{Status: 407}).decide(), `Proxy Authentication Required|Proxy response \(407\)`),
	prints(
		is(failure.Canceled),
		`context canceled|context cause|request was aborted|operation was aborted|AbortError|user aborted|CancelledError|client disconnected|ERR_CANCELED`,
	),
	prints(
		badTrust,
		`x509: |certificate verify failed|self[- ]signed certificate|unable to (?:get local issuer|verify the first) certificate|CERT_HAS_EXPIRED|tls: failed to verify|ERR_TLS_CERT|SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY)|certificate has expired|invalid peer certificate`,
	),
	prints(
		timedOut.on(failure.ScopeNetwork),
		`TLS handshake timeout|dial tcp[^:]*:? ?[^ ]*: i/o timeout|connect ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|ConnectTimeout|[Cc]onnect(?:ion)? timed? ?out|connection to .{1,200} timed out`,
	),
	prints(
		timedOut,
		`context deadline exceeded|Client\.Timeout|awaiting (?:response )?headers|no response headers after|i/o timeout|ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(?:HEADERS|BODY)_TIMEOUT|(?:Headers|Body) Timeout Error|ReadTimeout|[Rr]ead timed out|[Rr]equest timed out|operation timed out|deadline has elapsed|[Tt]imeout (?:of \d+ ?ms )?exceeded|timed out|idle timeout`,
	),
	prints(unusable, `SyntaxError: |Unterminated string|is not valid JSON|JSON\.parse|JSONDecodeError|Unexpected (?:token|end of JSON)`),
	prints(broken, `no such host|ENOTFOUND|EAI_AGAIN|Name or service not known|name resolution|getaddrinfo|dns error|server misbehaving|`+
		`connection refused|ECONNREFUSED|connection (?:was )?reset|ECONNRESET|SSL_connect|AggregateError|connectex|broken pipe|EPIPE|socket hang up|forcibly closed|connection aborted|ECONNABORTED|`+
		`unexpected EOF|\bEOF\b|[Pp]remature close|[Ii]ncompleteRead|incomplete (?:chunked read|message)|RemoteDisconnected|[Ss]erver disconnected|[Rr]emote end closed|peer closed|other side closed|`+
		`GOAWAY|http2: |stream error: stream ID|use of closed network connection|server closed idle connection|bad record MAC|tls: |`+
		`error sending request|error decoding response body|connection closed before|fetch failed|Connection error|network (?:error|is unreachable)|ENETUNREACH|EHOSTUNREACH|no route to host|terminated|APIConnectionError|channel closed`),
}

// prints makes a phrase that holds anywhere, in letters of any size.
func prints(v verdict, pattern string) phrase {
	return phrase{v, regexp.MustCompile("(?i)" + pattern)}
}

// byPrint decides by an error's print. Only a report can say that the caller gave up.
func byPrint(text string, report bool) (verdict, bool) {
	text = shorten(text, maxMessage)
	for _, p := range printed {
		if p.class == failure.Canceled && !report {
			continue
		}
		if m := p.pattern.FindString(text); m != "" {
			return p.by("transport: " + m), true
		}
	}
	return verdict{}, false
}
