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

// performance is one call as it is being served.
type performance struct {
	sim      *Simulator
	epoch    *epoch
	dialect  wire.Dialect
	provider string
	request  wire.Request
	moment   wire.Moment
	fault    scenario.Fault
	wait     time.Duration // of a limit
	began    time.Time
	call     *Call

	w    http.ResponseWriter
	r    *http.Request   // its body was read
	gone <-chan struct{} // closed when the client goes away
}

// call serves one call of a model.
func (s *Simulator) call(w http.ResponseWriter, r *http.Request, to destination) {
	body, err := io.ReadAll(io.LimitReader(r.Body, wire.MaxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away before it had asked
	}
	p := &performance{sim: s, epoch: s.epoch.Load(), dialect: to.dialect, provider: to.provider, w: w, r: r, gone: r.Context().Done()}
	p.request = to.dialect.Decode(r, body)
	release := p.begin()
	defer release()
	defer p.end(func(*Call) {})
	p.play()
}

// begin enters the call into the log and asks the rules about it.
func (p *performance) begin() (release func()) {
	req, number := p.request, int(p.sim.number.Add(1))
	p.began = time.Now()
	d := p.epoch.decide(req, p.provider, p.began)
	p.wait = d.wait
	p.moment = wire.Moment{Now: p.began, Seed: p.epoch.scenario.Seed, Quota: d.quota,
		Key: fmt.Sprintf("%s %d %d", p.provider, p.epoch.number, d.nth)}
	p.call = &Call{Time: p.began, Provider: p.provider, API: string(req.API), Model: req.Model, Nth: d.nth,
		Streaming: req.Stream, Prompt: digest(req), InputTokens: req.InputTokens()}
	if d.rule != nil {
		p.fault = d.rule.Fault
		p.call.Rule = d.rule.Name
		p.moment.Window = d.rule.When.TokensOver
	}
	if req.Problem != nil {
		p.call.Problem = req.Problem.Type
		if !req.Problem.Credential { // who knows what stands in a message about a key
			p.call.Problem += ": " + strings.TrimSpace(req.Problem.Message)
		}
	}
	p.sim.journal.add(p.call, number)
	return d.release
}

// note changes the log's entry of the call.
func (p *performance) note(change func(*Call)) { p.sim.journal.change(p.call, change) }

// blame notes that a rule's fault was applied, by its name.
func (p *performance) blame(fault string) { p.note(func(c *Call) { c.Fault = fault }) }

// end closes the log's entry of the call. Only the first end counts; it comes before
// the last byte is sent, so that who has seen the end of an answer sees it in the log.
func (p *performance) end(how func(*Call)) {
	first := false
	ended := p.sim.journal.change(p.call, func(c *Call) {
		if c.Ended {
			return
		}
		first = true
		how(c)
		c.Ended, c.Duration = true, time.Since(p.began)
		if c.Fault == "" {
			c.Rule = "" // it had nothing to say after all
		}
	})
	if first && p.sim.options.Observe != nil {
		p.sim.options.Observe(ended)
	}
}

// left notes that the client went away, even if the last byte was on its way, and
// gives up.
func (p *performance) left() {
	p.end(func(c *Call) { c.ClientLeft = true })
	panic(http.ErrAbortHandler) // a clean end would tell a client that still listens that all was said
}

// pause waits until a time, unless the client goes away.
func (p *performance) pause(until time.Time) {
	select {
	case <-p.gone:
		p.left()
	default:
	}
	wait := time.Until(until)
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.gone:
		p.left()
	}
}

// forever waits until the client goes away.
func (p *performance) forever() {
	<-p.gone
	p.left()
}

// play answers the call: what breaks connections comes before what answers, a wrong
// key before all other answers, and what the request itself is to blame for before
// what can be wrong with an answer.
func (p *performance) play() {
	f := p.fault
	p.pause(p.began.Add(f.Delay))
	if p.unreachable(f) {
		return
	}
	problem := p.request.Problem
	switch {
	case problem != nil && problem.Credential:
		p.refuse(*problem)
	case f.Error != "":
		p.blame("error:" + f.Error)
		p.refuse(p.named(f.Error))
	case f.Status != 0:
		p.blame(fmt.Sprintf("status:%d", f.Status))
		p.reply(rawReply(f))
	case attacks[f.Hostile] != nil:
		p.blame("hostile:" + f.Hostile)
		attacks[f.Hostile](p)
	case f.Limit != nil:
		p.blame("limit")
		p.refuse(p.named("rate_limit"))
	case problem != nil:
		p.refuse(*problem)
	default:
		p.answer(f)
	}
}

// named returns an error of the vendor, with the hint of the rule when to come back.
func (p *performance) named(name string) wire.Problem {
	p.moment.Hint = p.fault.RetryAfter
	if p.moment.Hint == 0 {
		p.moment.Hint = p.wait
	}
	if p.moment.Hint > 0 {
		p.moment.Quota.Reset = p.moment.Hint
	}
	if name == "rate_limit" {
		p.moment.Quota.RequestsLeft = 0
	}
	problem := p.dialect.Problem(name, p.request, p.moment)
	problem.RetryAfter = p.moment.Hint
	return problem
}

// refuse answers with an error.
func (p *performance) refuse(problem wire.Problem) {
	if problem.Blocked { // the vendor has no error for it
		a := compose(p.request, scenario.Fault{Output: "refusal", BlockPrompt: true}, 0)
		p.send(a, strike{})
		return
	}
	p.reply(p.dialect.Reply(problem, p.request, p.moment))
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

// reply sends a whole answer.
func (p *performance) reply(reply wire.Reply) {
	p.open(reply.Status, reply.Header, len(reply.Body))
	p.end(func(c *Call) { c.Complete = true })
	if _, err := p.w.Write(reply.Body); err != nil {
		p.lost()
	}
}

// lost takes back that an answer went out to its end.
func (p *performance) lost() {
	p.note(func(c *Call) { c.Complete, c.ClientLeft = false, true })
}

// open sends status and headers. A negative length is not known yet.
func (p *performance) open(status int, header http.Header, length int) {
	h := p.w.Header()
	for name, values := range header {
		h[name] = values
	}
	for name, value := range p.fault.Headers {
		if !framing[strings.ToLower(name)] {
			h.Set(name, value)
		}
	}
	if length >= 0 {
		h.Set("Content-Length", fmt.Sprint(length))
	}
	p.note(func(c *Call) {
		c.Status = status
		c.RequestID = h.Get("request-id") + h.Get("x-request-id")
	})
	p.w.WriteHeader(status)
}

// framing are the headers that say how a body is sent, which is the server's to say.
var framing = map[string]bool{"content-length": true, "transfer-encoding": true, "connection": true, "trailer": true, "upgrade": true, "keep-alive": true}
