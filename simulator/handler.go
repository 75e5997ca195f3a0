package simulator

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// handler serves one call of a model: it finds the rule that decides about it, and answers as
// the rule says.
type handler struct {
	out      *response
	epoch    *epoch
	dialect  wire.Dialect
	provider string
	http     *http.Request // its body was read
	request  wire.Request
	moment   wire.Moment
	fault    scenario.Fault
	wait     time.Duration // of a limit
}

// serve serves one call of a model.
func (s *Simulator) serve(w http.ResponseWriter, r *http.Request, to destination) {
	body, err := io.ReadAll(io.LimitReader(r.Body, wire.MaxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away before the end of its request
	}
	h := &handler{
		out:      &response{w: w, gone: r.Context().Done(), journal: &s.journal, observe: s.options.Observe},
		epoch:    s.epoch.Load(),
		dialect:  to.dialect,
		provider: to.provider,
		http:     r,
		request:  to.dialect.Decode(r, body),
	}
	release := h.begin(int(s.number.Add(1)))
	defer release()
	defer h.out.end(func(*Call) {})
	h.answer()
}

// begin enters the call into the log under a number, and asks the rules about it.
func (h *handler) begin(number int) (release func()) {
	req := h.request
	out := h.out
	out.began = time.Now()
	d := h.epoch.decide(req, h.provider, out.began)
	h.wait = d.wait
	h.moment = wire.Moment{
		Now:   out.began,
		Seed:  h.epoch.scenario.Seed,
		Quota: d.quota,
		Key:   fmt.Sprintf("%s %d %d", h.provider, h.epoch.number, d.nth),
	}
	out.call = &Call{
		Time:        out.began,
		Provider:    h.provider,
		API:         string(req.API),
		Model:       req.Model,
		Nth:         d.nth,
		Streaming:   req.Stream,
		Prompt:      digest(req),
		InputTokens: req.InputTokens(),
	}
	if d.rule != nil {
		h.fault = d.rule.Fault
		out.headers = h.fault.Headers
		out.call.Rule = d.rule.Name
		h.moment.Window = d.rule.When.TokensOver
	}
	if req.Problem != nil {
		out.call.Problem = req.Problem.Type
		if !req.Problem.Credential { // a message about a key may hold the key
			out.call.Problem += ": " + strings.TrimSpace(req.Problem.Message)
		}
	}
	out.journal.add(out.call, number)
	return d.release
}

// answer answers the call: what breaks connections comes before what answers, a wrong
// key before all other answers, and what the request itself is to blame for before
// what can be wrong with an answer.
func (h *handler) answer() {
	f := h.fault
	h.out.pause(h.out.began.Add(f.Delay))
	if h.unreachable(f) {
		return
	}
	problem := h.request.Problem
	switch {
	case problem != nil && problem.Credential:
		h.refuse(*problem)
	case f.Error != "":
		h.out.noteFault("error:" + f.Error)
		h.refuse(h.named(f.Error))
	case f.Status != 0:
		h.out.noteFault(fmt.Sprintf("status:%d", f.Status))
		h.out.reply(rawReply(f))
	case attacks[f.Hostile] != nil:
		h.out.noteFault("hostile:" + f.Hostile)
		attacks[f.Hostile](h)
	case f.Limit != nil:
		h.out.noteFault("limit")
		h.refuse(h.named("rate_limit"))
	case problem != nil:
		h.refuse(*problem)
	default:
		h.answerAsModel()
	}
}

// named returns an error of the vendor, with the hint of the rule when to come back.
func (h *handler) named(name string) wire.Problem {
	h.moment.Hint = h.fault.RetryAfter
	if h.moment.Hint == 0 {
		h.moment.Hint = h.wait
	}
	if h.moment.Hint > 0 {
		h.moment.Quota.Reset = h.moment.Hint
	}
	if name == "rate_limit" {
		h.moment.Quota.RequestsLeft = 0
	}
	problem := h.dialect.NamedProblem(name, h.request, h.moment)
	problem.RetryAfter = h.moment.Hint
	return problem
}

// refuse answers with an error.
func (h *handler) refuse(problem wire.Problem) {
	if problem.Blocked { // the vendor has no error for it
		h.deliver(compose(h.request, scenario.Fault{Output: "refusal", BlockPrompt: true}, 0), disruption{})
		return
	}
	h.out.reply(h.dialect.RenderError(problem, h.request, h.moment))
}

// rawReply returns an answer as a scenario writes it.
func rawReply(f scenario.Fault) wire.Reply {
	if f.Page {
		return wire.Page(f.Status)
	}
	kind := "text/plain; charset=utf-8"
	switch trimmed := strings.TrimSpace(f.Body); {
	case strings.HasPrefix(trimmed, "{"), strings.HasPrefix(trimmed, "["), strings.HasPrefix(trimmed, `"`):
		kind = "application/json"
	case strings.HasPrefix(trimmed, "<"):
		kind = "text/html"
	case strings.HasPrefix(trimmed, "data:"), strings.HasPrefix(trimmed, "event:"):
		kind = "text/event-stream"
	}
	return wire.Reply{Status: f.Status, Header: http.Header{"Content-Type": {kind}}, Body: []byte(f.Body)}
}
