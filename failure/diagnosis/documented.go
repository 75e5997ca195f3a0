package diagnosis

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
