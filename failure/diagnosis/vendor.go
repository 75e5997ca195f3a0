package diagnosis

import (
	"net/http"
	"strings"

	"github.com/cineforge/cineforge/failure"
)

// vendor is what has to be known of a provider where the same words mean
// different things from different ones.
type vendor struct {
	google bool // its capacity is that of single models
	aws    bool // its limits are by model
	hub    bool // it passes requests on to several providers, so that a limit may be its own
	free   bool // it has models that cost nothing, which answer also without credit
	aliyun bool // it says that a quota is exceeded where a rate is
}

// family finds what is known of a provider by its name.
func family(provider string) vendor {
	name := strings.ToLower(provider)
	is := func(names ...string) bool {
		for _, n := range names {
			if strings.HasPrefix(name, n) {
				return true
			}
		}
		return false
	}
	return vendor{
		google: is("google", "gemini", "vertex", "antigravity") && !is("gemini_balance", "gemini-balance"),
		aws:    is("bedrock", "aws"),
		hub: is(
			"bedrock",
			"openrouter",
			"litellm",
			"opencode",
			"vertex",
			"azure_ai",
			"one_api",
			"new_api",
			"relay",
			"portkey",
			"vercel",
			"github",
			"copilot",
		),
		free:   is("openrouter"),
		aliyun: is("dashscope", "alibaba", "aliyun", "qwen", "modelstudio"),
	}
}

// placed puts a verdict into its place at this provider.
func (c *call) placed(v verdict) verdict {
	p := c.provider
	switch {
	case p.google && v.effect.Scope == failure.ScopeProvider && (v.class == failure.Overloaded || v.class == failure.ServerError):
		return v.on(failure.ScopeModel)
	case p.google && v.class == failure.QuotaExhausted && c.aboutModel():
		return v.otherModel(true)
	case p.aws && v.class == failure.RateLimited:
		return v.on(failure.ScopeModel)
	case p.aliyun && v.class == failure.QuotaExhausted && normal(v.code) != "arrearage":
		return modelRate.by(v.rule + ", which is a rate at this provider")
	case c.reading.relayed && v.effect.Scope == failure.ScopeProvider:
		return v.on(failure.ScopeModel)
	case c.reading.relayed && v.class == failure.InvalidRequest:
		return v.otherModel(true).otherProvider(true)
	case p.free && v.class == failure.QuotaExhausted:
		return v.otherModel(true)
	case p.hub && v.class == failure.InvalidRequest && v.effect.OtherModel:
		return v.otherProvider(true)
	case v.class == failure.ContextLength && c.belowWindow():
		return v.retry(true).by(v.rule + ", but the limit stated is below the model's")
	}
	return v
}

// aboutModel reports whether a message about a quota names the model that it is for.
func (c *call) aboutModel() bool {
	for _, f := range c.reading.faults {
		if strings.Contains(f.message, ", model: ") || strings.Contains(f.message, "per_model") {
			return true
		}
	}
	return false
}

// RequestID finds the provider's id of a call in the header of its answer; "" if
// there is none.
func RequestID(h http.Header) string {
	for _, name := range [...]string{"Request-Id", "X-Request-Id", "Apim-Request-Id", "X-Amzn-Requestid", "X-Goog-Request-Id", "Cf-Ray"} {
		if id := h.Get(name); id != "" {
			return id
		}
	}
	return ""
}
