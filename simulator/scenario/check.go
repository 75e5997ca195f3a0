package scenario

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/suggest"
	"github.com/cineforge/cineforge/simulator/internal/wire"
)

// outputNames are the answers that are complete and no good.
var outputNames = []string{"wrong_schema", "prose", "fenced", "truncated", "refusal", "content_filter", "empty", "empty_body"}

// hostilityNames are the answers that attack the client.
var hostilityNames = []string{
	"huge_error", "gzip_bomb", "gzip_bomb_stream", "endless_events", "endless_text", "huge_headers", "redirect", "control_characters",
	"echo_key", "switch_protocols", "huge_usage", "negative_usage", "stuck_body",
}

// ends are how a run can end, other than done.
var ends = []string{"failed", "paused"}

// meanwhiles are what may come before a late first event.
var meanwhiles = []string{"headers", "comments", "pings"}

// Check returns what is wrong with a scenario that was not read by [Parse], an
// [ErrorList], or nil.
func (s Scenario) Check() error {
	p := &problems{}
	s.check(p)
	return p.err()
}

func (s Scenario) check(p *problems) {
	checkTime(p, "pace.first_event", s.Pace.FirstEvent)
	if s.Pace.TokensPerSecond < 0 || s.Pace.TokensPerSecond > 1e6 {
		p.at("pace.tokens_per_second", "the pace is not between 0 and 1000000 tokens per second")
	}
	if s.Ends != "" && !slices.Contains(ends, s.Ends) {
		p.at("ends", "a run ends %s, and not %q%s", strings.Join(ends, " or "), s.Ends, suggest.Name(s.Ends, ends))
	}
	for i, r := range s.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		r.When.check(p, at+".when")
		r.Fault.check(p, at+".fault")
	}
}

// maxTime bounds what may be waited; longer than a year is a mistake.
const maxTime = 366 * 24 * time.Hour

func checkTime(p *problems, path string, d time.Duration) {
	if d < 0 || d > maxTime {
		p.at(path, "%v is not a time between 0 and a year", d)
	}
}

func (w When) check(p *problems, at string) {
	checkTime(p, at+".after", w.After)
	checkTime(p, at+".until", w.Until)
	if w.Until > 0 && w.Until <= w.After {
		p.at(at+".until", "until %v is not later than after %v", w.Until, w.After)
	}
	if w.Share != nil && !(*w.Share >= 0 && *w.Share <= 1) {
		p.at(at+".share", "a share of %v is not between 0 and 1", *w.Share)
	}
	if w.TokensOver < 0 {
		p.at(at+".tokens_over", "a number of tokens is not negative")
	}
	for _, api := range w.API {
		if !strings.Contains(api, "*") && !slices.Contains(wire.APIs, api) {
			p.at(at+".api", "there is no api %q%s", api, suggest.Name(api, wire.APIs))
		}
	}
	for _, c := range w.Calls {
		if c.First < 1 || c.Last != 0 && c.Last < c.First {
			p.at(at+".calls", "calls are counted from 1, and %v is not a range of them", c)
		}
	}
}

// Kinds returns the keys of what the fault does.
func (f Fault) Kinds() []string {
	var list []string
	for _, k := range []struct {
		key string
		set bool
	}{
		{"error", f.Error != ""}, {"status", f.Status != 0}, {"hostile", f.Hostile != ""}, {"stream_error", f.StreamError != nil},
		{"cut", f.Cut != nil},
		{"end", f.End != nil}, {"malformed", f.Malformed != nil}, {"stall", f.Stall != nil}, {"first_event", f.FirstEvent != 0},
		{"silent", f.Silent}, {"reset", f.Reset}, {"refuse", f.Refuse}, {"dns", f.DNS}, {"tls", f.TLS},
		{"output", f.Output != ""}, {"text", f.Text != nil}, {"drip", f.Drip != nil}, {"limit", f.Limit != nil},
		{"served_model", f.ServedModel != ""},
	} {
		if k.set {
			list = append(list, k.key)
		}
	}
	return list
}

func (f Fault) check(p *problems, at string) {
	if kinds := f.Kinds(); len(kinds) > 1 {
		p.at(at+"."+kinds[1], "a fault does one thing, and this one has %s; write two rules", strings.Join(kinds, " and "))
	}
	for key, set := range map[string]bool{"error": f.Error != "", "status": f.Status != 0, "hostile": f.Hostile != "",
		"output": f.Output != "", "first_event": f.FirstEvent != 0, "meanwhile": f.Meanwhile != "", "served_model": f.ServedModel != ""} {
		if _, given := p.places[at+"."+key]; given && !set {
			p.at(at+"."+key, "%s says nothing; leave it out", key)
		}
	}
	checkTime(p, at+".delay", f.Delay)
	checkTime(p, at+".first_event", f.FirstEvent)
	checkTime(p, at+".retry_after", f.RetryAfter)
	if f.Meanwhile != "" && !slices.Contains(meanwhiles, f.Meanwhile) {
		p.at(at+".meanwhile", "there is no meanwhile %q%s", f.Meanwhile, suggest.Name(f.Meanwhile, meanwhiles))
	}
	if f.Meanwhile != "" && f.FirstEvent == 0 {
		p.at(at+".meanwhile", "meanwhile goes with first_event")
	}
	f.checkAnswer(p, at)
	f.checkPoints(p, at)
	for name, value := range f.Headers {
		if !headerName(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			p.at(at+".headers."+name, "%q: %q is not a header", name, value)
		}
	}
}

// checkAnswer checks what is answered in place of an answer, or as one.
func (f Fault) checkAnswer(p *problems, at string) {
	if f.Error != "" && !slices.Contains(wire.Problems, f.Error) {
		p.at(at+".error", "there is no error %q%s", f.Error, suggest.Name(f.Error, wire.Problems))
	}
	if f.Output != "" && !slices.Contains(outputNames, f.Output) {
		p.at(at+".output", "there is no output %q%s", f.Output, suggest.Name(f.Output, outputNames))
	}
	if f.Hostile != "" && !slices.Contains(hostilityNames, f.Hostile) {
		p.at(at+".hostile", "there is no hostility %q%s", f.Hostile, suggest.Name(f.Hostile, hostilityNames))
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 999) {
		p.at(at+".status", "a status is between 200 and 999, not %d", f.Status)
	}
	bodyless := f.Status == 0 || f.Status == http.StatusNoContent || f.Status == http.StatusNotModified
	if f.Body != "" && bodyless {
		p.at(at+".body", "a body goes with a status that has one")
	}
	if f.Page && bodyless {
		p.at(at+".page", "a page goes with a status that has a body")
	}
	if f.Page && f.Body != "" {
		p.at(at+".page", "a status has a body or page: true, not both")
	}
	if f.RetryAfter != 0 && f.Error == "" && f.Limit == nil && (f.StreamError == nil || f.StreamError.Error == "") {
		p.at(at+".retry_after", "retry_after goes with error, stream_error or limit; with status write the header")
	}
	if f.BlockPrompt && f.Output != "refusal" {
		p.at(at+".block_prompt", "block_prompt goes with output: refusal")
	}
	f.checkDrip(p, at+".drip")
	if l := f.Limit; l != nil && (l.Concurrent < 0 || l.PerMinute < 0 || l.Concurrent == 0 && l.PerMinute == 0) {
		p.at(at+".limit", "a limit has concurrent, per_minute or both, above 0")
	}
}

// maxPieces bounds the pieces that a text comes in.
const maxPieces = 1_000_000

func (f Fault) checkDrip(p *problems, at string) {
	d := f.Drip
	switch {
	case d == nil:
	case d.Pieces < 1 || d.Pieces > maxPieces:
		p.at(at+".pieces", "a drip has 1 to %d pieces, not %d", maxPieces, d.Pieces)
	case d.Every <= 0 || d.Every > maxTime/time.Duration(d.Pieces):
		p.at(at+".every", "a drip takes more than no time and at most a year: %d pieces, every %v", d.Pieces, d.Every)
	}
}

func (f Fault) checkPoints(p *problems, at string) {
	point := func(key string, tokens int, start bool) {
		if tokens < 0 {
			p.at(at+"."+key+".after_tokens", "a number of tokens is not negative")
		}
		if start && tokens > 0 {
			p.at(at+"."+key+".after_start", "after_start goes with after_tokens: 0")
		}
	}
	for key, q := range map[string]*Point{"cut": f.Cut, "end": f.End, "malformed": f.Malformed} {
		if q != nil {
			point(key, q.AfterTokens, q.AfterStart)
		}
	}
	if s := f.Stall; s != nil {
		point("stall", s.AfterTokens, s.AfterStart)
		checkTime(p, at+".stall.for", s.For)
	}
	if s := f.StreamError; s != nil {
		point("stream_error", s.AfterTokens, s.AfterStart)
		if (s.Error == "") == (s.Raw == "") {
			p.at(at+".stream_error", "a stream_error has error or raw")
		}
		if s.Error != "" && !slices.Contains(wire.Problems, s.Error) {
			p.at(at+".stream_error.error", "there is no error %q%s", s.Error, suggest.Name(s.Error, wire.Problems))
		}
	}
}

// headerName says whether a text may be the name of a header.
func headerName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
	})
}
