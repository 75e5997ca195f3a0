package wire

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
	"github.com/cineforge/cineforge/simulator/internal/schema"
)

// Google is the Gemini API. Model and method stand in the path there.
type Google struct {
	Model  string
	Stream bool
}

var _ Dialect = Google{}

// The fields of a request and its parts, in the spelling of the JSON API; the
// spelling of the protocol, with underscores, is taken as well.
const (
	googleFields = `contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent labels
		serviceTier store continuationToken model`
	googleConfig = `temperature topP topK candidateCount maxOutputTokens stopSequences responseLogprobs logprobs
		presencePenalty frequencyPenalty seed responseMimeType responseSchema responseJsonSchema _responseJsonSchema
		responseModalities mediaResolution speechConfig thinkingConfig imageConfig enableEnhancedCivicAnswers
		audioTranscriptionConfig routingConfig modelSelectionConfig responseFormat translationConfig audioTimestamp
		enableAffectiveDialog`
	googleContent = `parts role`
	googlePart    = `text inlineData fileData functionCall functionResponse executableCode codeExecutionResult thought
		thoughtSignature videoMetadata mediaResolution toolCall toolResponse partMetadata audioTranscription
		mediaProcessing speechMetadata`
	googleSchema = `type format title description nullable enum maxItems minItems properties required minProperties
		maxProperties minLength maxLength pattern example anyOf propertyOrdering default items minimum maximum`
)

// googleWindow is how many tokens all models take.
const googleWindow = 1_048_576

// Decode reads a request and checks it.
func (d Google) Decode(r *http.Request, body []byte) Request {
	req := Request{API: Generate, Model: d.Model, Stream: d.Stream, MaxTokens: -1, SSE: r.URL.Query().Get("alt") == "sse"}
	if d.Stream {
		req.API = StreamGenerate
	}
	o, err := decode(body)
	if err == nil {
		googleFill(&req, camel(o))
	}
	req.Problem = googleCredential(r)
	switch {
	case req.Problem != nil:
	case len(body) > MaxBody:
		req.Problem = &Problem{Status: 413, Type: "INVALID_ARGUMENT", Message: "Request payload size exceeds the limit."}
	case err != nil || o == nil:
		req.Problem = payload("", "Invalid JSON payload received. Unexpected token.")
	case !strings.HasPrefix(d.Model, "gemini-"):
		req.Problem = d.modelNotFound()
	default:
		req.Problem = googleCheck(camel(o), req)
	}
	return req
}

var underscore = regexp.MustCompile(`[a-z]_[a-z]`)

// camel returns an object with its keys in the spelling of the JSON API.
func camel(o *object) *object {
	if o == nil {
		return nil
	}
	out := &object{}
	for _, key := range o.Keys() {
		name := underscore.ReplaceAllStringFunc(key, func(s string) string { return s[:1] + strings.ToUpper(s[2:]) })
		out.Set(name, o.Get(key))
	}
	return out
}

// snake returns a key in the spelling of the protocol, which errors use.
func snake(key string) string {
	var b strings.Builder
	for _, r := range key {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func googleFill(req *Request, o *object) {
	var m material
	for _, t := range o.List("tools") {
		m.add(string(jsondoc.Encode(t)), nil)
	}
	if system := o.Child("systemInstruction"); system != nil {
		m.add(contentText(system.Get("parts")), nil)
	}
	m.system = m.text.Len()
	for _, v := range o.List("contents") {
		content, _ := v.(*object)
		said := contentText(content.Get("parts"))
		m.add(said, nil)
		if role := content.Text("role"); role == "user" || role == "" {
			m.last = said
		}
	}
	m.fill(req)
	config := camel(o.Child("generationConfig"))
	req.MaxTokens = limitOf(config, "maxOutputTokens")
	req.Thinking = googleThinking(req.Model, camel(config.Child("thinkingConfig")))
	req.JSON = config.Text("responseMimeType") == "application/json"
	doc := schema.FromOpenAPI(config.Get("responseSchema"))
	for _, key := range []string{"responseJsonSchema", "_responseJsonSchema"} {
		if config.Get(key) != nil {
			doc = config.Get(key)
		}
	}
	if s, err := schema.New(doc); err == nil {
		req.Schema = &s
	}
}

var thinkingGemini = regexp.MustCompile(`^gemini-(2\.5-(pro|flash($|-preview))|[3-9])`)

func googleThinking(model string, config *object) int {
	budget, set := config.Float("thinkingBudget")
	level := strings.ToUpper(config.Text("thinkingLevel"))
	if !thinkingGemini.MatchString(model) || set && budget == 0 || level == "MINIMAL" {
		return 0
	}
	return 48
}

func googleCredential(r *http.Request) *Problem {
	key := r.Header.Get("x-goog-api-key")
	if key == "" {
		key = r.URL.Query().Get("key")
	}
	if key == "" {
		key = bearer(r.Header.Get("authorization"))
	}
	switch {
	case key == "":
		return &Problem{
			Status:     403,
			Type:       "PERMISSION_DENIED",
			Credential: true,
			Message:    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
		}
	case rejected(key):
		return googleWrongKey()
	}
	return nil
}

func googleWrongKey() *Problem {
	const message = "API key not valid. Please pass a valid API key."
	return &Problem{Status: 400, Type: "INVALID_ARGUMENT", Message: message, Credential: true, Details: []any{
		jsondoc.New("@type", "type.googleapis.com/google.rpc.ErrorInfo", "reason", "API_KEY_INVALID", "domain", "googleapis.com",
			"metadata", jsondoc.New("service", "generativelanguage.googleapis.com")),
		jsondoc.New("@type", "type.googleapis.com/google.rpc.LocalizedMessage", "locale", "en-US", "message", message),
	}}
}

func (d Google) modelNotFound() *Problem {
	return &Problem{
		Status: 404,
		Type:   "NOT_FOUND",
		Message: fmt.Sprintf(
			"models/%s is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.",
			d.Model,
		),
	}
}

// argument returns an error that the request itself is to blame for.
func argument(format string, args ...any) *Problem {
	return &Problem{Status: 400, Type: "INVALID_ARGUMENT", Message: fmt.Sprintf(format, args...)}
}

// payload returns an error about the JSON of a request, at a place in it.
func payload(field, message string) *Problem {
	violation := jsondoc.New("description", message)
	if field != "" {
		violation = jsondoc.New("field", field, "description", message)
	}
	p := argument("%s", message)
	p.Details = []any{jsondoc.New("@type", "type.googleapis.com/google.rpc.BadRequest", "fieldViolations", []any{violation})}
	return p
}

// unknownName returns an error if an object has a field that the protocol does not know.
func unknownName(o *object, known string, field string) *Problem {
	key := unknownKey(camel(o), known)
	if key == "" {
		return nil
	}
	at := ""
	if field != "" {
		at = fmt.Sprintf(" at '%s'", field)
	}
	return payload(field, fmt.Sprintf("Invalid JSON payload received. Unknown name %q%s: Cannot find field.", key, at))
}

func googleCheck(o *object, req Request) *Problem {
	if p := unknownName(o, googleFields, ""); p != nil {
		return p
	}
	config := camel(o.Child("generationConfig"))
	if p := unknownName(config, googleConfig, "generation_config"); p != nil {
		return p
	}
	if p := googleContents(o); p != nil {
		return p
	}
	if p := googleConfiguration(config); p != nil {
		return p
	}
	if n := req.InputTokens(); n > googleWindow {
		return googleTooLong(n, googleWindow)
	}
	return nil
}

func googleTooLong(n, window int) *Problem {
	return argument("The input token count (%d) exceeds the maximum number of tokens allowed (%d).", n, window)
}

func googleContents(o *object) *Problem {
	contents, isList := o.Get("contents").([]any)
	switch {
	case o.Get("contents") == nil, len(contents) == 0 && isList:
		return argument("* GenerateContentRequest.contents: contents is not specified\n")
	case !isList:
		return payload("contents", "Invalid value at 'contents' (type.googleapis.com/google.ai.generativelanguage.v1beta.Content)")
	}
	for i, v := range contents {
		at := fmt.Sprintf("contents[%d]", i)
		content, ok := v.(*object)
		if !ok {
			return payload(at, fmt.Sprintf("Invalid value at '%s' (type.googleapis.com/google.ai.generativelanguage.v1beta.Content)", at))
		}
		if p := unknownName(content, googleContent, at); p != nil {
			return p
		}
		switch content.Text("role") {
		case "user", "model", "function", "":
		default:
			return argument("Please use a valid role: user, model.")
		}
		parts := content.List("parts")
		if len(parts) == 0 {
			return argument("* GenerateContentRequest.%s.parts: contents.parts must not be empty.\n", at)
		}
		for j, v := range parts {
			part, _ := v.(*object)
			if p := unknownName(part, googlePart, fmt.Sprintf("%s.parts[%d]", at, j)); p != nil {
				return p
			}
		}
	}
	return nil
}

func googleConfiguration(config *object) *Problem {
	const at = "* GenerateContentRequest.generation_config."
	if f, set := config.Float("temperature"); set && (f < 0 || f > 2) {
		return argument(at + "temperature: temperature must be in the range [0.0, 2.0].\n")
	}
	if n, set := config.Float("maxOutputTokens"); set && n < 1 {
		return argument(at + "max_output_tokens: max_output_tokens must be positive.\n")
	}
	asked := 0
	for _, key := range []string{"responseSchema", "responseJsonSchema", "_responseJsonSchema"} {
		if config.Get(key) == nil {
			continue
		}
		asked++
		if mime := config.Text("responseMimeType"); mime != "application/json" && (key != "responseSchema" || mime != "text/x.enum") {
			name := strings.TrimPrefix(snake(key), "_")
			return argument(at+"%s: %s is only allowed when response_mime_type is application/json.\n", name, name)
		}
	}
	if asked > 1 {
		return argument("Only one of response_schema and response_json_schema may be set.")
	}
	return googleSchemaCheck(config.Get("responseSchema"), "generation_config.response_schema")
}

// googleSchemaCheck checks a schema of the OpenAPI dialect, which is a message of
// the protocol: it has the fields it has.
func googleSchemaCheck(doc any, at string) *Problem {
	o, ok := doc.(*object)
	if !ok {
		return nil
	}
	o = camel(o)
	if p := unknownName(o, googleSchema, at); p != nil {
		return p
	}
	if _, isList := o.Get("type").([]any); isList {
		return payload(
			at,
			fmt.Sprintf(
				"Invalid JSON payload received. Unknown name \"type\" at '%s': Proto field is not repeating, cannot start list.",
				at,
			),
		)
	}
	if p := googleSchemaCheck(o.Get("items"), at+".items"); p != nil {
		return p
	}
	properties := o.Child("properties")
	for i, name := range properties.Keys() {
		if p := googleSchemaCheck(properties.Get(name), fmt.Sprintf("%s.properties[%d].value", at, i)); p != nil {
			return p
		}
	}
	for i, b := range o.List("anyOf") {
		if p := googleSchemaCheck(b, fmt.Sprintf("%s.any_of[%d]", at, i)); p != nil {
			return p
		}
	}
	return nil
}
