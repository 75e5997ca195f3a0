package diagnosis

import "github.com/cineforge/cineforge/failure"

// grade says how far a code settles what a failure is.
type grade int

const (
	sure  grade = iota // it means this and nothing else
	plain              // it means this, unless the vendor's words say it more precisely
	vague              // vendors use it for all sorts of failures; the HTTP status says more
)

// meaning is what a code means.
type meaning struct {
	verdict
	grade
}

// The short forms keep the table readable.
var (
	overloaded = is(failure.Overloaded)
	modelFull  = is(failure.Overloaded).on(failure.ScopeModel)
	limited    = is(failure.RateLimited)
	modelRate  = is(failure.RateLimited).on(failure.ScopeModel)
	exhausted  = is(failure.QuotaExhausted)
	modelQuota = is(failure.QuotaExhausted).otherModel(true) // the quota is one model's, or one tier's
	timedOut   = is(failure.Timeout)
	broken     = is(failure.Connection)
	serverSide = is(failure.ServerError)
	modelFault = is(failure.ServerError).on(failure.ScopeModel)
	badKey     = is(failure.Auth)
	forbidden  = is(failure.Permission)
	noModel    = is(failure.NotFound)
	badShape   = is(failure.InvalidRequest)
	notTaken   = is(failure.InvalidRequest).otherModel(true).otherProvider(true) // another model may take this shape
	tooLong    = is(failure.ContextLength)
	refused    = is(failure.ContentPolicy)
	unusable   = is(failure.BadOutput)

	badTrust = broken.retry(false).
			saying("the provider's certificate was not accepted", "check the base URL, the clock, and the certificates that this machine trusts")
	otherScheme = broken.retry(false).
			saying("one side speaks https and the other one http", "check whether the base URL begins with http:// or https://")
	noHTTP = broken.retry(false).saying("what answers there does not speak HTTP",
		"check the base URL, and the port in it; or the proxy, if HTTPS_PROXY is set")
)

// vocabulary holds the vendors' words for failures, in the form of [normal].
//
// The sources are the vendors' lists of errors: Anthropic "Errors" and "Streaming
// messages"; OpenAI "Error codes" and the ResponseError and error events of its
// API reference; google.rpc.Code and google.api.ErrorReason; the exceptions of
// the Bedrock Runtime API; Azure OpenAI "Content filtering" and "Quotas"; and the
// error pages of Groq, Mistral, DeepSeek, Cohere, OpenRouter, Together, DashScope,
// Zhipu, Ollama, vLLM and llama.cpp's server.
var vocabulary = join(anthropicWords, openaiWords, googleWords, awsWords, otherWords)

var anthropicWords = map[string]meaning{
	"overloaded_error":      {overloaded, sure},
	"rate_limit_error":      {limited, plain},
	"billing_error":         {exhausted, sure},
	"authentication_error":  {badKey, plain},
	"permission_error":      {forbidden, plain},
	"not_found_error":       {noModel, plain},
	"request_too_large":     {tooLong, sure},
	"timeout_error":         {timedOut, sure},
	"api_error":             {serverSide, vague},
	"invalid_request_error": {badShape, vague},
	"forbidden":             {forbidden, plain},
	// What details.error_code says more precisely.
	"enforced_spend_limit_reached": {exhausted, sure}, "contract_spend_limit_reached": {exhausted, sure},
	"linked_organization_spend_limit_reached": {exhausted, sure}, "linked_organization_billing_unavailable": {exhausted, sure},
	"ramp_limit_exceeded": {limited, sure},
	"organization_on_hold": {
		forbidden,
		sure,
	}, "region_not_supported": {forbidden, sure}, "organization_type_not_supported": {forbidden, sure},
	"organization_not_enrolled_in_beta": {forbidden, sure},
	"request_body_timeout":              {timedOut, sure}, "conflict_error": {serverSide, plain},
}

var openaiWords = map[string]meaning{
	"insufficient_quota":                   {exhausted, sure},
	"billing_not_active":                   {exhausted, sure},
	"billing_hard_limit_reached":           {exhausted, sure},
	"credit_balance_exhausted":             {exhausted, sure},
	"usage_limit_reached":                  {exhausted, sure},
	"usage_not_included":                   {exhausted, sure},
	"project_spend_limit_exceeded":         {exhausted, sure},
	"organization_spend_limit_exceeded":    {exhausted, sure},
	"access_terminated":                    {forbidden, sure},
	"account_deactivated":                  {badKey, sure},
	"invalid_api_key":                      {badKey, sure},
	"incorrect_api_key":                    {badKey, sure},
	"invalid_authentication":               {badKey, sure},
	"expired_api_key":                      {badKey, sure},
	"token_expired":                        {badKey, sure},
	"token_invalidated":                    {badKey, sure},
	"token_revoked":                        {badKey, sure},
	"mismatched_organization":              {badKey, sure},
	"invalid_organization":                 {badKey, sure},
	"invalid_project":                      {badKey, sure},
	"ip_not_authorized":                    {forbidden, sure},
	"unsupported_country_region_territory": {forbidden, sure},
	"request_forbidden":                    {forbidden, plain},
	"insufficient_permissions":             {forbidden, sure},
	"missing_scope":                        {forbidden, sure},
	"model_not_found":                      {noModel, sure},
	"model_not_available":                  {noModel, sure},
	"model_deprecated":                     {noModel, sure},
	"model_not_supported":                  {noModel, sure},
	"unsupported_model":                    {noModel, sure},
	"deploymentnotfound":                   {noModel, sure},
	"not_found":                            {noModel, plain},
	"context_length_exceeded":              {tooLong, sure},
	"string_above_max_length":              {tooLong, sure},
	"content_filter":                       {refused, sure},
	"content_policy_violation":             {refused, sure},
	"content_policy":                       {refused, sure},
	"invalid_prompt":                       {refused, sure},
	"responsibleaipolicyviolation":         {refused, sure},
	"cyber_policy":                         {refused, sure},
	"bio_policy":                           {refused, sure},
	"safety":                               {refused, sure},
	"image_content_policy_violation":       {refused, sure},
	"moderation_blocked":                   {refused, sure},
	"rate_limit_exceeded":                  {limited, plain},
	"tokens":                               {limited, plain},
	"requests":                             {limited, plain},
	"slow_down":                            {overloaded, sure},
	"server_is_overloaded":                 {overloaded, sure},
	"engine_overloaded":                    {overloaded, sure},
	"engine_overloaded_error":              {overloaded, sure},
	"model_overloaded":                     {modelFull, sure},
	"service_unavailable":                  {overloaded, plain},
	"service_unavailable_error":            {overloaded, plain},
	"server_error":                         {serverSide, plain},
	"internal_error":                       {serverSide, plain},
	"internal_server_error":                {serverSide, plain},
	"vector_store_timeout":                 {timedOut, sure},
	"request_timeout":                      {timedOut, sure},
	"timeout":                              {timedOut, plain},
	"unsupported_parameter":                {notTaken, sure},
	"unsupported_value":                    {notTaken, plain},
	"integer_above_max_value":              {is(failure.InvalidRequest).otherModel(true), plain},
	"max_tokens_exceeded":                  {is(failure.InvalidRequest).otherModel(true), plain},
	"unknown_parameter":                    {badShape, plain},
	"invalid_json_schema":                  {badShape, plain},
	"invalid_function_parameters":          {badShape, plain},
	"invalid_value":                        {badShape, plain},
	"invalid_type":                         {badShape, plain},
	"missing_required_parameter":           {badShape, plain},
	"bad_request":                          {badShape, vague},
	"badrequest":                           {badShape, vague},
	"badrequesterror":                      {badShape, vague},
	"bad_request_error":                    {badShape, vague},
	"invalid_request":                      {badShape, vague},
	"organization_usage_limit_exceeded":    {exhausted, sure},
	"misalignment_policy_violation":        {refused, sure},
	"data_residency_mismatch":              {forbidden, sure},
	"quota_exceeded":                       {exhausted, plain},
	"tokens_limit_reached":                 {tooLong, sure},
}

// googleWords are the names of google.rpc.Code, the reasons of google.api.ErrorInfo,
// and those of the older envelope with a list of errors.
var googleWords = map[string]meaning{
	"api_key_invalid":                 {badKey, sure},
	"api_key_expired":                 {badKey, sure},
	"access_token_expired":            {badKey, sure},
	"credentials_missing":             {badKey, sure},
	"account_state_invalid":           {badKey, sure},
	"unauthenticated":                 {badKey, plain},
	"api_key_service_blocked":         {forbidden, sure},
	"api_key_http_referrer_blocked":   {forbidden, sure},
	"api_key_ip_address_blocked":      {forbidden, sure},
	"service_disabled":                {forbidden, sure},
	"consumer_suspended":              {forbidden, sure},
	"consumer_invalid":                {forbidden, sure},
	"user_project_denied":             {forbidden, sure},
	"iam_permission_denied":           {forbidden, sure},
	"access_token_scope_insufficient": {forbidden, sure},
	"security_policy_violated":        {forbidden, sure},
	"location_policy_violated":        {forbidden, sure},
	"public_error_unsafe_generation":  {refused, sure},
	"billing_disabled":                {exhausted, sure},
	"quota_exhausted":                 {modelQuota, sure},
	"insufficient_g1_credits_balance": {exhausted, sure},
	"model_capacity_exhausted":        {modelFull, sure},
	"rate_limit_exceeded_model":       {modelRate, sure},
	"ratelimitexceeded":               {limited, plain},
	"userratelimitexceeded":           {limited, plain},
	"quotaexceeded":                   {exhausted, plain},
	"dailylimitexceeded":              {exhausted, sure},
	"backenderror":                    {serverSide, sure},
	"permission_denied":               {forbidden, plain},
	"resource_exhausted":              {limited, plain},
	"resourceexhausted":               {limited, plain},
	"failed_precondition":             {badShape, vague},
	"invalid_argument":                {badShape, vague},
	"invalidargument":                 {badShape, vague},
	"out_of_range":                    {badShape, plain},
	"unimplemented":                   {badShape, plain},
	"aborted":                         {serverSide, plain},
	"cancelled":                       {serverSide, plain},
	"data_loss":                       {serverSide, plain},
	"unknown":                         {serverSide, vague},
	"internal":                        {serverSide, plain},
	"unavailable":                     {overloaded, plain},
	"deadline_exceeded":               {timedOut, plain},
	"deadlineexceeded":                {timedOut, plain},
	"accessnotconfigured":             {forbidden, sure}, "validation_required": {forbidden, sure},
	"access_token_type_unsupported": {badKey, sure},
}

// grpcNames gives the statuses of gRPC the names that Google's JSON has for them.
var grpcNames = map[string]string{
	"1": "CANCELLED", "2": "UNKNOWN", "3": "INVALID_ARGUMENT", "4": "DEADLINE_EXCEEDED", "5": "NOT_FOUND",
	"7": "PERMISSION_DENIED", "8": "RESOURCE_EXHAUSTED", "9": "FAILED_PRECONDITION", "10": "ABORTED", "11": "OUT_OF_RANGE",
	"12": "UNIMPLEMENTED", "13": "INTERNAL", "14": "UNAVAILABLE", "15": "DATA_LOSS", "16": "UNAUTHENTICATED",
	"FailedPrecondition": "FAILED_PRECONDITION", "PermissionDenied": "PERMISSION_DENIED", "NotFound": "NOT_FOUND",
}

var awsWords = map[string]meaning{
	"throttlingexception":           {modelRate, plain},
	"throttling":                    {limited, plain},
	"toomanyrequestsexception":      {modelRate, plain},
	"servicequotaexceededexception": {exhausted, sure},
	"serviceunavailableexception":   {serverSide, plain},
	"internalserverexception":       {serverSide, plain},
	"internalfailure":               {serverSide, plain},
	"modelnotreadyexception":        {modelFull, sure},
	"modeltimeoutexception":         {is(failure.Timeout).on(failure.ScopeModel), sure},
	"modelerrorexception":           {modelFault, sure},
	"modelstreamerrorexception":     {modelFault, sure},
	"accessdeniedexception":         {is(failure.Permission).otherModel(true), plain}, // Bedrock grants access model by model
	"resourcenotfoundexception":     {noModel, sure},
	"unrecognizedclientexception":   {badKey, sure},
	"invalidsignatureexception":     {badKey, sure},
	"expiredtokenexception":         {badKey, sure},
	"incompletesignature":           {badKey, sure},
	"validationexception":           {badShape, vague},
	"invalidclienttokenid":          {badKey, sure}, "requestexpired": {badKey, sure}, "missingauthenticationtoken": {badKey, sure},
	"ftuformnotfilled": {is(failure.Permission).otherModel(true), sure}, "optinrequired": {forbidden, sure},
}

var otherWords = map[string]meaning{
	// Groq.
	"tool_use_failed":              {unusable, sure},
	"json_validate_failed":         {unusable, sure},
	"output_parse_failed":          {unusable, sure},
	"model_decommissioned":         {noModel, sure},
	"model_terms_required":         {is(failure.Permission).otherModel(true), sure},
	"model_permission_blocked_org": {is(failure.Permission).otherModel(true), sure},
	"blocked_api_access":           {exhausted, sure},
	"organization_restricted":      {forbidden, sure},
	"request_too_large_error":      {tooLong, sure},
	// Mistral numbers its errors.
	"1300": {limited, sure}, "3505": {modelFull, sure}, "3230": {noModel, sure},
	"service_tier_capacity_exceeded": {modelFull, sure},
	"invalid_model":                  {noModel, sure},
	// Resellers and hubs.
	"insufficient_credits":         {exhausted, sure},
	"insufficient_balance":         {exhausted, sure},
	"insufficient_user_quota":      {exhausted, sure},
	"exceeded_current_quota_error": {exhausted, sure}, // Moonshot
	"payment_required":             {exhausted, plain},
	"credits_exhausted":            {exhausted, sure},
	"provider_unavailable":         {modelFull, plain},
	"provider_overloaded":          {modelFull, plain},
	"rate_limit_reached_error":     {limited, plain},
	"rate_limited":                 {limited, plain},
	"limitation":                   {limited, plain},
	"too_many_requests":            {limited, plain},
	"max_concurrency":              {limited, plain},
	"no_available_channel":         {modelFull, plain},
	"upstream_error":               {serverSide, vague},
	"bad_response_status_code":     {serverSide, vague},
	"provider_response_error":      {serverSide, vague},
	"http_error":                   {serverSide, vague},
	"unknown_error":                {serverSide, vague},
	// DashScope.
	"datainspectionfailed": {refused, sure}, "data_inspection_failed": {refused, sure},
	"arrearage":                  {exhausted, sure},
	"invalidapikey":              {badKey, sure},
	"modelnotfound":              {noModel, sure},
	"throttling.ratequota":       {limited, sure},
	"throttling.allocationquota": {limited, sure},
	"extra_forbidden":            {badShape.otherProvider(true), plain},
	"limit_requests":             {limited, plain},
	// Zhipu numbers its errors.
	"1301": {refused, sure}, "1113": {exhausted, sure}, "1302": {limited, sure}, "1303": {limited, sure},
	"1304": {exhausted, sure}, "1305": {overloaded, sure}, "1308": {exhausted, sure}, "1261": {tooLong, sure},
	"1310": {exhausted, sure}, "1211": {noModel, sure}, "1000": {badKey, sure}, "1001": {badKey, sure}, "1002": {badKey, sure},
	// Moonshot, Kimi.
	"invalid_authentication_error": {badKey, sure},
	"resource_not_found_error":     {noModel, sure},
	// llama.cpp's server and vLLM.
	"exceed_context_size_error": {tooLong, sure},
	"unavailable_error":         {overloaded, plain},
	"notfounderror":             {noModel, plain},
	"not_supported_error":       {badShape, plain},
	"internalservererror":       {serverSide, plain},
	"unauthorized":              {badKey, plain},
	// Cerebras.
	"request_quota_exceeded": {limited, plain}, "token_quota_exceeded": {limited, plain}, "too_many_requests_error": {limited, plain},
	"queue_exceeded": {modelFull, sure}, "wrong_api_key": {badKey, sure},
	// Moonshot, continued; DashScope, continued.
	"incorrect_api_key_error": {badKey, sure}, "permission_denied_error": {forbidden, plain},
	"accessdenied": {forbidden, plain}, "access_denied": {forbidden, plain}, "allocationquota.freetieronly": {exhausted, sure},
	"throttling.burstrate": {limited, sure},
	// OpenRouter's error types.
	"token_limit_exceeded": {
		tooLong,
		sure,
	}, "payload_too_large": {tooLong, sure}, "refusal": {refused, sure}, "permission_denied_by_policy": {forbidden, sure},
}

func join(tables ...map[string]meaning) map[string]meaning {
	all := map[string]meaning{}
	for _, t := range tables {
		for word, m := range t {
			all[word] = m
		}
	}
	return all
}
