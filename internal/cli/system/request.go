package system

import (
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run/event"
)

// asked is what a server is asked for: the parameters that it has members for, and the others by
// their names.
func asked(s runs.Request) client.RunRequest {
	ask := client.RunRequest{RecipeID: s.RecipeID, StartFrom: s.StartFrom, EndAt: s.EndAt, Force: s.Force,
		New: &s.New, DryRun: s.DryRun, Drill: s.Drill, Reason: s.Reason, ModelChoice: choice(s.Routing, s.Limits),
		MaxCostUSD: s.Limits.MaxCostUSD, MaxWaitSeconds: s.Limits.MaxWaitSeconds}
	switches := map[string]*bool{"accept_config": &ask.AcceptConfig, "skip_qa": &ask.SkipQA}
	texts := map[string]*string{"default_model": &ask.DefaultModel, "work_model": &ask.WorkModel, "verify_model": &ask.VerifyModel,
		"escalate_model": &ask.EscalateModel, "qa_model": &ask.QAModel}
	for name, v := range s.RuntimeParams {
		overrides, isObject := v.(map[string]any)
		on, isSwitch := v.(bool)
		text, isText := v.(string)
		switch {
		case isObject && name == runs.ParamConfigOverrides:
			ask.ConfigOverrides = overrides
		case name == runs.ParamConfigFile: // which is uploaded
		case isSwitch && switches[name] != nil:
			*switches[name] = on
		case isText && texts[name] != nil:
			*texts[name] = text
		default:
			if ask.Params == nil {
				ask.Params = map[string]any{}
			}
			ask.Params[name] = v
		}
	}
	return ask
}

// choice is which models a server is to ask.
func choice(r event.Routing, l event.Limits) client.ModelChoice {
	return client.ModelChoice{
		Chains: r.Chains, ProviderOrder: r.ProviderOrder, WithoutProviders: r.WithoutProviders, OnExhausted: l.OnExhausted,
	}
}
