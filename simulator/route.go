package simulator

import (
	"net/http"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// destination is what a path leads to: a dialect, the list of models, or nothing that
// the vendor has.
type destination struct {
	provider string
	vendor   wire.Vendor
	dialect  wire.Dialect // nil unless a model is asked
	models   bool
}

// route finds what a request is for. Each provider lives below a prefix; paths that
// only one vendor has lead there without it.
func route(r *http.Request) (destination, bool) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case scenario.Anthropic:
		return within(r, destination{provider: scenario.Anthropic, vendor: wire.VendorAnthropic}, rest), true
	case scenario.OpenAI:
		return within(r, destination{provider: scenario.OpenAI, vendor: wire.VendorOpenAI}, rest), true
	case scenario.Google:
		return within(r, destination{provider: scenario.Google, vendor: wire.VendorGoogle}, rest), true
	case "compat":
		name, rest, ok := strings.Cut(rest, "/")
		return within(r, destination{provider: name, vendor: wire.VendorCompatible}, rest), ok && name != ""
	}
	path := strings.TrimPrefix(r.URL.Path, "/")
	to := destination{provider: scenario.OpenAI, vendor: wire.VendorOpenAI}
	switch {
	case strings.HasPrefix(path, "v1/messages"), path == "v1/models" && r.Header.Get("anthropic-version") != "":
		to = destination{provider: scenario.Anthropic, vendor: wire.VendorAnthropic}
	case strings.HasPrefix(path, "v1beta/"), strings.HasPrefix(path, "v1/models/") && strings.Contains(path, ":"):
		to = destination{provider: scenario.Google, vendor: wire.VendorGoogle}
	case path != "v1/chat/completions" && path != "v1/responses" && path != "v1/models":
		return destination{}, false
	}
	return within(r, to, path), true
}

// within finds what a path below a provider's prefix is for.
func within(r *http.Request, to destination, path string) destination {
	switch {
	case r.Method == http.MethodGet:
		to.models = path == "v1/models" || to.vendor == wire.VendorGoogle && path == "v1beta/models"
	case r.Method != http.MethodPost:
	case to.vendor == wire.VendorAnthropic && path == "v1/messages":
		to.dialect = wire.Anthropic{}
	case to.vendor == wire.VendorOpenAI && path == "v1/responses":
		to.dialect = wire.OpenAI{API: wire.Responses}
	case (to.vendor == wire.VendorOpenAI || to.vendor == wire.VendorCompatible) && path == "v1/chat/completions":
		to.dialect = wire.OpenAI{API: wire.Chat, Compatible: to.vendor == wire.VendorCompatible}
	case to.vendor == wire.VendorGoogle:
		if d, ok := gemini(path); ok {
			to.dialect = d
		}
	}
	return to
}

// gemini reads the model and the method out of a path.
func gemini(path string) (wire.Google, bool) {
	path, beta := strings.CutPrefix(path, "v1beta/models/")
	path, stable := strings.CutPrefix(path, "v1/models/")
	model, method, _ := strings.Cut(path, ":")
	return wire.Google{Model: model, Stream: method == "streamGenerateContent"},
		(beta || stable) && (method == "generateContent" || method == "streamGenerateContent")
}
