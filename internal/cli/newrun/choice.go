// Package newrun has what the commands that begin a run share: the flags that choose its models
// and limits, and how its plan is printed.
package newrun

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// Choice is the flags that choose models and limits in place of the recipe's.
type Choice struct {
	Chain       []string       `sep:"none" env:"-" placeholder:"STAGE=MODEL,..." help:"Ask these models in a stage, in this order; can be repeated."`
	Providers   []string       `env:"-" placeholder:"NAME,..." help:"Ask the models of these providers first, in this order."`
	Without     []string       `env:"-" placeholder:"NAME,..." help:"Leave out these providers; none clears the list of the previous run."`
	MaxCost     *float64       `placeholder:"USD" help:"What the run and its retries may spend together; overrides each max_cost_usd of the recipe."`
	MaxWait     *time.Duration `placeholder:"DUR" help:"How long a stage may wait without progress (such as 30m or 12h; 0s means not at all); overrides each max_wait_seconds of the recipe."`
	OnExhausted string         `enum:",fail,pause" default:"" placeholder:"fail|pause" help:"What happens to a stage that has used up its waiting time; overrides the recipe's on_exhausted."`
}

// none is how --without takes back what the run before left out.
const none = "none"

// Routing returns which models are asked.
func (c *Choice) Routing() (r event.Routing, err error) {
	for _, text := range c.Chain {
		stageID, models, ok := strings.Cut(text, "=")
		if !ok || stageID == "" || models == "" {
			return r, failure.New(failure.Input, fmt.Sprintf("--chain %s names no stage and models", text),
				"write --chain STAGE=MODEL,MODEL, such as extract_scenes=gpt-5.2,claude-sonnet-4-6")
		}
		if r.Chains == nil {
			r.Chains = map[string][]string{}
		}
		if _, twice := r.Chains[stageID]; twice {
			return r, failure.New(failure.Input, "--chain is given twice for stage "+stageID, "give one chain for each stage")
		}
		r.Chains[stageID] = strings.Split(models, ",")
	}
	r.ProviderOrder = c.Providers
	r.WithoutProviders = c.Without
	if slices.Equal(c.Without, []string{none}) {
		r.WithoutProviders = []string{}
	}
	return r, nil
}

// Limits returns the limits that are set.
func (c *Choice) Limits() event.Limits {
	l := event.Limits{MaxCostUSD: c.MaxCost, OnExhausted: c.OnExhausted}
	if c.MaxWait != nil {
		l.MaxWaitSeconds = new(c.MaxWait.Seconds())
	}
	return l
}

// Given reports whether any of the flags is.
func (c *Choice) Given() bool {
	return len(c.Chain)+len(c.Providers)+len(c.Without) > 0 || c.MaxCost != nil || c.MaxWait != nil || c.OnExhausted != ""
}
