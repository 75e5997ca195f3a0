package diagnosis

import (
	"strconv"

	"github.com/cineforge/cineforge/failure"
)

// statuses says what an HTTP status means where nothing else is said. 420, 498 and
// 529 are vendors' own; 520 to 530 are Cloudflare's ("Cloudflare 5xx errors").
var statuses = map[int]verdict{
	400: badShape,
	401: badKey,
	402: exhausted,
	403: forbidden,
	404: noModel,
	405: badShape,
	407: broken.retry(false).saying("the proxy on the way wants a password", "put it into HTTPS_PROXY, or unset that"),
	408: timedOut,
	409: serverSide, // a conflict of theirs; ours are without state
	410: noModel,
	411: badShape,
	413: tooLong,
	414: tooLong,
	415: badShape,
	420: limited,
	421: broken,
	422: badShape,
	424: serverSide, // a dependency of theirs
	425: limited,
	429: limited,
	431: badShape,
	451: forbidden,
	498: overloaded, // Groq: flex capacity exceeded
	499: serverSide, // an edge's "client closed request": a client that has left does not read it
	500: serverSide,
	501: badShape,
	502: serverSide,
	503: overloaded,
	504: timedOut,
	505: badShape,
	507: overloaded,
	508: serverSide,
	520: serverSide,
	521: broken.on(failure.ScopeProvider),
	522: broken.on(failure.ScopeProvider),
	523: broken.on(failure.ScopeProvider),
	524: timedOut,
	525: broken.on(failure.ScopeProvider),
	526: broken.on(failure.ScopeProvider).retry(false),
	527: broken.on(failure.ScopeProvider),
	529: overloaded,
	530: broken.on(failure.ScopeProvider),
	598: timedOut,
	599: timedOut,
}

// byStatus decides by an HTTP status.
func byStatus(status int) (verdict, bool) {
	v, ok := statuses[status]
	switch {
	case ok:
	case status >= 100 && status < 200:
		v = badShape.saying("the server switched to another protocol", checkBaseURL)
	case status >= 300 && status < 400:
		v = badShape.saying("the server redirects the request, and a key follows no redirect", checkBaseURL)
	case status >= 400 && status < 500:
		v = badShape
	case status >= 500 && status < 600:
		v = serverSide
	default:
		return verdict{}, false
	}
	v.bare = true
	return v.by("status " + strconv.Itoa(status)), true
}

// checkBaseURL is what to do where a server is not the one that was meant.
const checkBaseURL = "check the base URL"

func statusCode(status int) string { return strconv.Itoa(status) }

// documented returns the HTTP status that a provider documents for a code, where an error
// came inside a response that began well: the one that the body states, else the one of
// the vendors' lists (Anthropic "Errors"; OpenAI "Error codes"; google.rpc.Code). It
// returns 0 if there is none.
func (c *call) documented(code string) int {
	if n := c.reading.number; n >= 300 && n <= 599 {
		return n
	}
	return documentedStatus[normal(code)]
}

// documentedStatus holds the statuses of the vendors' codes.
var documentedStatus = map[string]int{
	// Anthropic
	"invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403, "not_found_error": 404,
	"request_too_large": 413, "rate_limit_error": 429, "api_error": 500, "timeout_error": 504, "overloaded_error": 529,
	// OpenAI
	"context_length_exceeded": 400, "invalid_prompt": 400, "invalid_api_key": 401, "unsupported_country_region_territory": 403,
	"model_not_found":     404,
	"rate_limit_exceeded": 429, "insufficient_quota": 429, "server_error": 500, "server_is_overloaded": 503, "slow_down": 503,
	// Google
	"invalid_argument": 400, "failed_precondition": 400, "out_of_range": 400, "unauthenticated": 401, "permission_denied": 403,
	"not_found": 404,
	"aborted":   409, "already_exists": 409, "resource_exhausted": 429, "cancelled": 499, "internal": 500, "unknown": 500, "data_loss": 500,
	"unimplemented": 501, "unavailable": 503, "deadline_exceeded": 504,
}
