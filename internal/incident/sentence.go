package incident

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run/event"
)

// sentence says what is wrong now, and what it does to runs.
func (r *report) sentence() string {
	var causes []cause
	usable := 0
	for _, t := range r.troubles {
		switch {
		case inTrouble(t.State):
			causes = append(causes, r.causeOf(t))
		case t.State == health.StateWell && t.Provider != event.Offline:
			usable++
		}
	}
	effects := r.effectsText()
	held := r.out.Runs.WaitingTotal+r.out.Runs.PausedTotal > 0
	switch {
	case len(causes) > 0:
		return wording.Sentence(join(together(causes)) + ": " + cmp.Or(effects, "no run is affected"))
	case held:
		return wording.Sentence("no provider is in trouble, but " + effects)
	}
	text := "all is well: no run waits"
	switch usable {
	case 0:
		text = "all is well, but no provider is configured: only the offline model answers"
	case 1:
		text = "all is well: the provider can be asked and no run waits"
	default:
		text = fmt.Sprintf("all is well: %d providers can be asked and no run waits", usable)
	}
	return wording.Sentence(text) + " " + wording.Sentence(r.figures(effects))
}

// figures says what happened in the time, where all is well.
func (r *report) figures(effects string) string {
	n := r.out.Attempts.Answered + r.out.Attempts.Failed
	text := fmt.Sprintf("since %s no attempt was made", r.at(r.out.Since))
	if n > 0 {
		text = fmt.Sprintf("since %s %d of %s answered", r.at(r.out.Since), r.out.Attempts.Answered, were(n))
	}
	if effects != "" {
		text += ", and " + effects
	}
	return text
}

func were(n int) string {
	if n == 1 {
		return "1 attempt was"
	}
	return fmt.Sprintf("%d attempts were", n)
}

// cause is what is wrong with a provider: its name, and what is said of it.
type cause struct{ name, text string }

// together joins the causes that say the same, in their order.
func together(causes []cause) (clauses []string) {
	var names [][]string
	var texts []string
	for _, c := range causes {
		at := slices.Index(texts, c.text)
		if at < 0 {
			at = len(texts)
			texts = append(texts, c.text)
			names = append(names, nil)
		}
		names[at] = append(names[at], c.name)
	}
	for i, text := range texts {
		if len(names[i]) > 1 {
			text = strings.NewReplacer("has ", "have ", "rejected the key", "rejected the keys").Replace(text)
		}
		clauses = append(clauses, enumerate(names[i])+" "+text)
	}
	return clauses
}

// enumerate lists names.
func enumerate(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return names[0]
}

// causeOf says what is wrong with a provider.
func (r *report) causeOf(t health.ProviderTrouble) cause {
	name := wording.ProviderName(t.Provider)
	if t.Model != "" {
		name += " " + plaintext.Cut(plaintext.Line(t.Model), 60)
	}
	since := ""
	if t.Since != nil {
		since = " since " + r.at(*t.Since)
	}
	return cause{name, r.done(t, since)}
}

// done says what a provider does, or what is done to it.
func (r *report) done(t health.ProviderTrouble, since string) string {
	end := since + codes(t)
	switch t.State {
	case health.StateHeld:
		until := ""
		if t.Until != nil {
			until = " until " + r.at(*t.Until)
		}
		return fmt.Sprintf("is held by an operator%s (%s)", until, plaintext.Cut(plaintext.Line(t.Reason), 100))
	case health.StateLimited:
		return "has limited requests" + end
	case health.StateKeyRejected:
		return "has rejected the key" + end
	case health.StateNoQuota:
		return "has had no quota left" + end
	case health.StateNoModel:
		return "has not been available" + end
	}
	if text := r.unasked(t); text != "" {
		return text
	}
	switch t.Class {
	case failure.Timeout:
		return "has not answered" + end
	case failure.Connection:
		return "has not been reachable" + end
	case failure.ServerError:
		return "has failed" + end
	case failure.Auth, failure.Permission:
		return "has rejected the key" + end
	case "":
		return "has been out" + since
	}
	return "has refused new work" + end
}

// quiet is for how long a provider has to have been left alone to be called unasked.
const quiet = time.Minute

// unasked says what a provider did that nothing has been asked of since, although it could be probed;
// "" for any other.
func (r *report) unasked(t health.ProviderTrouble) string {
	probable := t.Until == nil || !t.Until.After(r.now)
	if !probable || t.Since == nil || t.Last == nil || t.Last.At == nil || r.now.Sub(*t.Last.At) < quiet ||
		r.answered[t.Provider].After(*t.Last.At) {
		return ""
	}
	when := "at " + r.at(*t.Since)
	if to := r.at(*t.Last.At); to != r.at(*t.Since) {
		when = "from " + strings.TrimSuffix(r.at(*t.Since), " UTC") + " to " + to
	}
	return "failed " + when + codes(t) + " and has not been asked since"
}

// codes names the failure behind a trouble for those who look it up.
func codes(t health.ProviderTrouble) string {
	words := strings.ReplaceAll(string(t.Class), "_", " ")
	if t.Codes != nil && t.Codes.HTTPStatus != nil {
		words = fmt.Sprintf("%d %s", *t.Codes.HTTPStatus, words)
	}
	if words == "" {
		return ""
	}
	return " (" + words + ")"
}

// at writes a moment to the minute.
func (r *report) at(t time.Time) string {
	if t = t.UTC(); t.Format(time.DateOnly) == r.now.Format(time.DateOnly) {
		return t.Format("15:04 UTC")
	}
	return t.Format("2006-01-02 15:04 UTC")
}

// effectsText says what the trouble does to runs; "" if it does nothing.
func (r *report) effectsText() string {
	var parts []string
	add := func(n int, one, many string) {
		if n == 0 {
			return
		}
		what := many
		if n == 1 {
			what = one
		}
		noun := ""
		if len(parts) == 0 {
			if noun = " runs"; n == 1 {
				noun = " run"
			}
		}
		parts = append(parts, fmt.Sprintf("%d%s %s", n, noun, what))
	}
	add(r.out.Runs.WaitingTotal, "waits", "wait")
	for _, to := range slices.SortedFunc(maps.Keys(r.went), func(a, b string) int {
		return cmp.Or(r.went[b]-r.went[a], strings.Compare(a, b))
	}) {
		add(r.went[to], "went to "+wording.ProviderName(to), "went to "+wording.ProviderName(to))
	}
	add(r.out.Runs.PausedTotal, "is paused", "are paused")
	add(r.out.Runs.FailedTotal, "failed", "failed")
	return strings.Join(parts, ", ")
}

// join lists clauses.
func join(clauses []string) string {
	if n := len(clauses); n > 1 {
		return strings.Join(clauses[:n-1], ", ") + ", and " + clauses[n-1]
	}
	return clauses[0]
}
