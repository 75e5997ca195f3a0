package diagnosis

import (
	"regexp"
	"strings"

	"github.com/cineforge/cineforge/failure"
)

// phrase is how vendors begin a sentence that no code of theirs says. The pattern
// holds at the beginning of a clause.
type phrase struct {
	verdict
	pattern *regexp.Regexp
}

// phrases are looked through in this order. What is said in a sentence of its own
// about one request, such as its length, comes before what is said about limits.
var phrases = []phrase{
	// More output than the model gives.
	says(outputLimit, `max_tokens: \d+ > \d+, which is the maximum`),
	says(outputLimit, `max_tokens is too large`),
	says(outputLimit, `the maximum tokens you requested exceeds the model limit`),
	says(outputLimit, `max tokens must be less than or equal to \d+, the maximum output`),

	// Too long for the model.
	says(tooLong, `(?:the |your )?prompt is too long`),
	says(tooLong, `input length and .{0,20}exceed context limit`),
	says(tooLong, `request size exceeds model context window`),
	says(tooLong, `(?:this model|this endpoint|the model)(?:'s|’s)? maximum (?:context|prompt) leng`),
	says(
		tooLong,
		`(?:your |the )?(?:input|prompt|request|messages?)(?: tokens?)?(?: length)? exceeds? the (?:context|model|available context)`,
	),
	says(tooLong, `your request exceeded model token limit`),
	says(tooLong, `the input token count .{0,30}exceeds the maximum number of tokens`),
	says(tooLong, `(?:the )?input (?:is|was) too long`),
	says(tooLong, `input token count \+ max_tokens`),
	says(tooLong, `input validation error: .{0,20}inputs`),
	says(tooLong, `.{0,12}inputs.{0,3} tokens \+ .{0,3}max_new_tokens.{0,3} must be`),
	says(tooLong, `request too large for`),
	says(tooLong, `too many tokens: `),
	says(tooLong, `prompt contains \d+ tokens`),
	says(tooLong, `(?:the )?(?:decoder )?prompt \(?(?:length|total length)?`+`.{0,30} (?:is )?longer than the maximum`),
	says(tooLong, `prefill \d+ tokens exceed n_ctx`),
	says(tooLong, `the request exceeds the available context size`),
	says(tooLong, `(?:max_tokens|max_completion_tokens) must be at least 1, got -`),
	says(tooLong, `range of input length should be`),
	says(tooLong, `prompt exceeds max length`),
	says(tooLong, `please reduce the length of the (?:messages|prompt|input)`),
	says(tooLong, `request body too large`),

	// Refused for its content.
	says(refused, `output blocked by content filtering policy`),
	says(refused, `the response was filtered due to the prompt triggering`),
	says(refused, `your prompt was flagged as potentially violating`),
	says(refused, `your (?:input|request|prompt) was (?:flagged|blocked|rejected as a result of our safety system)`),
	says(refused, `(?:the )?request was rejected because it was considered high risk`),
	says(refused, `(?:input|output)(?: text)?(?: data)? may contain (?:inappropriate|sensitive) content`),
	says(refused, `content exists risk`),
	says(refused, `the content you submitted|this content was flagged`),
	says(refused, `[\w. ]{1,40} (?:is unable to respond to this request, which appears to violate|has safety measures that flagged)`),

	// Nothing left to ask with.
	says(exhausted, `your credit balance is too low`),
	says(exhausted, `your (?:prepayment |prepaid )?credits are depleted`),
	says(exhausted, `you have reached your specified (?:api |workspace api )?usage limits`),
	says(exhausted, `extra usage is required for`),
	says(exhausted, `you(?:'re| are) out of extra usage`),
	says(exhausted, `you exceeded your current (?:token )?quota`),
	says(exhausted, `your account is not active`),
	says(exhausted, `(?:insufficient|not enough) (?:account )?(?:balance|credits?|funds|quota)`),
	says(
		exhausted,
		`your (?:account |team |organization |paid )?(?:balance|credits?) (?:is|are|has|have) (?:insufficient|exhausted|too low|run out)`,
	),
	says(exhausted, `you have (?:run out of|exceeded your monthly included|used up|used all|no remaining) (?:\w+ ){0,3}credits`),
	says(
		exhausted,
		`your (?:newly created )?teams? .{0,80}(?:used all available credits|doesn't have any credits|reached its monthly spending limit)`,
	),
	says(exhausted, `your api key has (?:run out|reached its .{0,20}limit|exceeded)`),
	says(exhausted, `(?:key|weekly|monthly) (?:credit |spend(?:ing)? )?limit (?:exceeded|reached)`),
	says(exhausted, `(?:the )?usage limit has been reached`),
	says(
		exhausted,
		`you(?:'ve| have| \([^)]{1,80}\) have) (?:hit|reached|exhausted|exceeded) your (?:\w+ ){0,3}(?:usage limit|quota|allowance)`,
	),
	says(exhausted, `out of (?:call volume|bandwidth) quota`),
	says(
		exhausted,
		`(?:your|this|the) (?:\w+ )?(?:project|account|organization|workspace) has (?:exceeded|reached|hit) its (?:\w+ )?spend(?:ing)? (?:cap|limit)`,
	),
	says(exhausted, `this api method requires billing to be enabled|billing (?:is|has been) disabled`),
	says(exhausted, `余额不足|账户余额不足|weekly/monthly limit exhausted`),
	says(modelQuota.on(failure.ScopeRequest), `this request requires more credits`),
	says(modelQuota, `you have exhausted your (?:capacity|daily quota) on this model`),
	says(modelQuota, `(?:free-models-|rate limit exceeded: free-models-)per-day`),
	says(modelQuota, `your quota will reset after`),
	says(modelQuota, `too many (?:tokens|requests) per day`),
	says(exhausted, `(?:daily|monthly|weekly) (?:\w+ ){0,2}(?:quota|limit) (?:is |has been )?(?:exceeded|reached|exhausted)`),

	// Not for this key.
	says(forbidden, `user location is not supported|gemini api free tier is not available in your country`),
	says(forbidden, `country, region, or territory not supported`),
	says(forbidden, `(?:this|your) organization has been disabled`),
	says(forbidden, `this credential is only authorized for use with`),
	says(forbidden, `your account has been (?:suspended|disabled|banned)`),
	says(forbidden.otherModel(true), `your organization must be verified`),
	says(forbidden.otherModel(true), `you don't have access to the model`),
	says(forbidden.otherModel(true), `model access is denied`),

	// No such model.
	says(
		noModel,
		`(?:the )?model [^ ]{0,80} ?(?:does not exist|not found|is not found|has been (?:decommissioned|deprecated|retired)|is (?:no longer|not) (?:available|supported))`,
	),
	says(noModel, `(?:the )?model not exist`),
	says(noModel, `models?/[^ ]{1,80} is not found for api version`),
	says(noModel, `no endpoints found`),
	says(noModel, `invocation of model id .{1,120} with on-demand throughput isn.t supported`),
	says(noModel, `the provided model identifier is invalid`),
	says(noModel, `[^ ]{1,80} is not a valid model id`),
	says(noModel, `(?:unknown|no such|unsupported|invalid) model\b`),
	says(noModel, `modelcode: does not exist`),
	says(noRoute, `not found$|404 page not found|invalid url`),

	// Not what the server speaks.
	says(otherScheme, `client sent an http request to an https server`),
	says(otherScheme, `the plain http request was sent to https port`),
	says(otherScheme, `(?:reason: )?you're speaking plain http to an ssl-enabled server port`),

	// The key itself.
	says(badKey, `api key (?:not valid|not found|expired|invalid)`),
	says(badKey, `(?:invalid|incorrect|missing) (?:x-)?api[ -]key`),
	says(badKey, `no (?:auth|api) (?:credentials|key) (?:found|provided)`),
	says(
		badKey,
		`(?:the )?(?:oauth |security )?token (?:included in the request )?(?:has been revoked|has expired|is expired|is invalid)`,
	),
	says(badKey, `could not resolve authentication method`),

	// Too much to do.
	says(modelFull, `the model is (?:currently )?(?:overloaded|experiencing high (?:demand|traffic|load))`),
	says(modelFull, `this model is currently (?:overloaded|experiencing high demand)`),
	says(modelFull, `(?:selected |the )?model is (?:currently )?(?:at capacity|busy)`),
	says(modelFull, `[^ ]{1,80} is currently over capacity`),
	says(modelFull, `当前分组上游负载已饱和`),
	says(modelFull, `that model is currently overloaded`),
	says(modelFull, `the system is currently experiencing high demand`),
	says(modelFull, `(?:there is )?no capacity (?:is )?available`),
	says(modelFull, `service tier capacity exceeded`),
	says(modelFull, `worker .{0,20}request limit reached`),
	says(modelFull, `(?:the )?engine is (?:currently )?overloaded`),
	says(overloaded, `overloaded$`),
	says(
		overloaded,
		`(?:our |the )?(?:servers?|service|system|api) (?:is|are) (?:currently |temporarily )?(?:overloaded|too busy|busy|experiencing high)`,
	),
	says(overloaded, `(?:we're|we are) (?:currently )?experiencing (?:high|heavy)`),
	says(overloaded, `server (?:overloaded|busy)`),
	says(overloaded, `(?:the )?(?:system|server) is (?:too )?busy`),
	says(overloaded, `too many connections`),
	says(overloaded, `server is temporarily limiting requests`),
	says(overloaded, `llm busy|no slots available`),
	says(overloaded, `no healthy upstream`),
	says(overloaded, `upstream connect error or disconnect/reset before headers\. reset reason: overflow`),
	says(overloaded, `loading model`),

	// Asked too fast.
	says(modelRate, `[^ ]{1,80} is temporarily rate-limited upstream`),
	says(modelRate, `provider returned error: .{0,200}rate.limit`),
	says(modelRate, `error from provider .{0,40}: too many requests`),
	says(modelRate, `resource exhausted\. please try again later`),
	says(modelRate, `too many tokens, please wait`),
	says(modelRate, `you have reached the rate limit specific to this model`),
	says(modelRate, `(?:sorry, )?you have exhausted this model's rate limit`),
	says(limited, `quota exceeded for .{0,200}per_minute`),
	says(limited, `resource has been exhausted`),
	says(limited, `(?:requests? )?rate limit (?:is |was |has been )?(?:reached|exceeded)`),
	says(limited, `too many requests`),
	says(limited, `this request would exceed`),
	says(limited, `you have been rate.limited`),

	// The way there.
	says(broken.on(failure.ScopeProvider), `upstream connect error or disconnect/reset before headers`),
	says(broken, `.{0,40}\bstream (?:disconnected|closed|ended) (?:before|without)`),
	says(broken, `dial tcp|error sending request|connect econnrefused`),
	says(broken, `(?:peer|remote end|server) (?:closed|disconnected)`),
	says(broken, `(?:invalid response body .{0,160}: )?premature close`),
	says(broken, `connection (?:error|reset|closed|aborted|refused)`),
	says(timedOut, `upstream request timeout`),
	says(timedOut, `gateway time-?out`),
	says(timedOut, `(?:the )?(?:request|operation) timed out`),

	// An answer that can't be used.
	says(unusable, `failed to call a function`),
	says(unusable, `tool call validation failed`),
	says(unusable, `failed to (?:generate|validate) json`),
	says(unusable, `failed to parse (?:input at pos|tool)`),
	says(unusable.on(failure.ScopeProvider), `invalid json response body`),

	// A fault there.
	says(modelFault, `llama runner process (?:has terminated|no longer running)`),
	says(modelFault.retry(false), `model requires more system memory`),
	says(modelFault, `cuda (?:error|out of memory)`),
	says(modelFault, `model runner has unexpectedly stopped|an error was encountered while running the model`),
	says(serverSide, `(?:an )?internal (?:server )?error`),
	says(serverSide, `(?:the server had an error|an error occurred) while processing your request`),
	says(serverSide, `bedrock is unable to process`),

	// A shape that the model does not take.
	says(notTaken, `this model does not support assistant message prefill`),
	says(notTaken, `(?:unsupported (?:parameter|value): )?.{0,60} (?:is|are) (?:not supported|deprecated) (?:with|for|by) this model`),
	says(notTaken, `.{0,60} cannot both be (?:specified|set) for this model`),
	says(notHere, `unsupported (?:parameter|value)`),
	says(notHere, `extra inputs are not permitted`),
	says(badShape, `invalid request: `),
}

// What only words say.
var (
	outputLimit = is(failure.InvalidRequest).otherModel(true)    // more output than the model gives
	notHere     = is(failure.InvalidRequest).otherProvider(true) // what this provider does not take at all
	noRoute     = is(failure.NotFound).otherModel(false).page()  // not the model is missing: the base URL is wrong
)

// says makes a phrase. Its pattern is written in small letters.
func says(v verdict, pattern string) phrase {
	return phrase{v, regexp.MustCompile(`^(?:` + pattern + `)`)}
}

// byWords looks for a vendor's sentence in a message.
func byWords(message string) (verdict, bool) {
	if message == "" {
		return verdict{}, false
	}
	clauses := clausesOf(message)
	for _, p := range phrases {
		for _, clause := range clauses {
			if p.pattern.MatchString(clause) {
				return p.by("words " + p.pattern.String()), true
			}
		}
	}
	return verdict{}, false
}

// maxClauses bounds how much of a message is looked at: vendors say in the first
// sentences what is wrong.
const (
	maxClauses = 12
	maxMessage = 2000
)

// clausesOf returns what a message says from each place where a clause begins, in
// small letters and without what is quoted in it.
func clausesOf(message string) []string {
	lines := strings.Split(strings.ToLower(unquote(shorten(message, maxMessage))), "\n")
	var clauses []string
	for i := range lines[:min(len(lines), maxClauses)] {
		rest := strings.Join(strings.Fields(strings.Join(lines[i:], " ")), " ") // a line break may also stand within a clause
		clauses = append(clauses, strings.TrimLeft(rest, " -*"), strings.TrimLeft(rest, notWord))
	}
	whole := clauses[1]
	for range maxClauses {
		end := clauseEnd.FindStringIndex(whole)
		if end == nil {
			break
		}
		whole = strings.TrimLeft(whole[end[1]:], notWord)
		clauses = append(clauses, whole)
	}
	return clauses
}

// notWord is what may stand before a clause.
const notWord = " -*.:;,|>()[]{}\"0123456789"

// clauseEnd finds where another clause begins.
var clauseEnd = regexp.MustCompile(`[.!?;] |: |\) | [-–—|] |, which |\d\d\d `)

// unquote takes out what is quoted: a vendor quotes what it was sent. An
// apostrophe within a word quotes nothing, and a quotation without an end is none.
func unquote(s string) string {
	var b strings.Builder
	last := byte(' ')
	for i := 0; i < len(s); {
		c := s[i]
		if !opensQuotation(c, last) {
			b.WriteByte(c)
			last = c
			i++
			continue
		}
		end := closing(s[i+1:], c)
		if end < 0 {
			b.WriteByte(c)
			last = c
			i++
			continue
		}
		b.WriteString(`""`)
		last = '"'
		i += end + 2
	}
	return b.String()
}

// opensQuotation reports whether a mark behind another character opens a quotation.
func opensQuotation(c, last byte) bool {
	return c == '"' || c == '`' || c == '\'' && !isWord(last)
}

// closing returns where a quotation ends, or -1.
func closing(s string, quote byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == quote && (quote != '\'' || i+1 == len(s) || !isWord(s[i+1])) {
			return i
		}
	}
	return -1
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// shorten cuts text to a number of bytes, at a rune.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}
