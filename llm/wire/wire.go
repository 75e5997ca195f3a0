// Package wire is what the adapters of the providers share: one call over HTTP, with
// clocks of its own for each part of an answer, and and keeps everything that is needed
// to diagnose what went wrong.
//
// An adapter embeds a [Route] and makes its calls by [Route.Ask]: in a function it gives
// its SDK the call's client and consumes what comes. Whatever becomes of that function,
// its caller has an answer when the limit is reached or the caller gives up.
package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
	"github.com/cineforge/cineforge/llm"
)

// Endpoint is where a model is asked.
type Endpoint struct {
	Provider string // by which failures and answers are known, such as "anthropic"
	BaseURL  string // in the form that the provider's SDK takes; "" is the provider's own
	Key      string // "" if the server wants none
	KeyName  string // what people know the key by, such as "ANTHROPIC_API_KEY"
	Model    string // as the provider calls it
	Spec     llm.Spec

	// Named says that a configuration names the server, of which nothing is known then: it
	// may have to load its model first. Otherwise it has the limits of a vendor's API.
	Named bool

	// Transport makes the requests; nil means one that all such endpoints share.
	Transport http.RoundTripper

	// TimeLimits on the time of an answer; what is 0 follows from the rest.
	Limits TimeLimits
}

// MaxOutput returns how many tokens an answer to req may have: what is asked for,
// as far as the model can; 0 if neither is known.
func (e Endpoint) MaxOutput(req llm.Request) int {
	if e.Spec.MaxOutput > 0 && (req.MaxOutputTokens == 0 || req.MaxOutputTokens > e.Spec.MaxOutput) {
		return e.Spec.MaxOutput
	}
	return req.MaxOutputTokens
}

// NewServerTransport returns a transport for servers that a configuration names. It sends
// no pings: one that loads its model may answer none, and has its own limit for that.
func NewServerTransport() http.RoundTripper {
	t := NewTransport().(*http.Transport)
	t.HTTP2 = nil
	return t
}

// maxHeader bounds the header of an answer.
const maxHeader = 256 << 10

// NewTransport returns a transport for providers. One is enough for a process. It asks a
// connection that is shared by calls, and silent, whether it is still there.
func NewTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkProxyAnswer,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second},
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        90 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeader,
	}
}

// Call is one call to a provider. It is used by the function that makes it, and by nothing
// else once the call has ended.
type Call struct {
	route    *Route
	req      llm.Request
	began    time.Time
	watchdog *watchdog
	ctx      context.Context //nolint:containedctx // of the one call that this is; it ends with it
	canceled func() bool

	mu       sync.Mutex // guards what follows
	answer   Answer
	received bool // an event of it
	ended    bool // nothing counts any more
	reach    reach
	status   int
	header   http.Header
	sent     int64         // bytes of the request's body
	body     string        // the body of an answer that is no stream
	first    time.Duration // until that began
	recorder *recorder     // of an answer that is one
	bodies   []func()      // what is to be closed
}

// reach is what was seen of how far a call came.
type reach struct {
	asked bool // the request was given to the transport
	tried bool // a connection was asked for
	got   bool // there was one
}

// endGrace is how long a call that is over is waited for, so that what it has consumed counts.
const endGrace = 250 * time.Millisecond

// errStillRunning means that a call did not end although it was over.
var errStillRunning = errors.New("the call did not end in time")

// Ask makes a call: ask sends the request by the call's client and consumes what comes.
// It returns when that has ended, or the limit is reached, or ctx is done, whichever is
// first; what ask does after that counts for nothing. What the call took comes back in any
// case.
func (r *Route) Ask(ctx context.Context, req llm.Request, ask func(ctx context.Context, c *Call) error) (llm.Response, error) {
	under, stop := context.WithCancelCause(ctx)
	t, _ := r.latency.callTimes(r.endpoint, r.allowed(req))
	c := &Call{
		route:    r,
		req:      req,
		began:    time.Now(),
		watchdog: newWatchdog(t, llm.Heartbeat(ctx), stop),
		ctx:      under,
		canceled: func() bool { return ctx.Err() != nil },
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- &panicError{v, debug.Stack()}
			}
		}()
		done <- ask(under, c)
	}()
	var err error
	select {
	case err = <-done:
	case <-under.Done():
		select {
		case err = <-done:
		case <-time.After(endGrace):
			err = errStillRunning
		}
	}
	return c.end(err)
}

// panicError is a panic of the function that makes a call.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// end ends the call and whatever is left of its connection, and judges the answer.
func (c *Call) end(err error) (llm.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	if p, ok := errors.AsType[*panicError](err); ok {
		c.close()
		panic(p) // the router makes a failure of it
	}
	resp, err := c.finish(err)
	c.close()
	return resp, err
}

// close gives up what is left of the call, and does not wait for that.
func (c *Call) close() {
	c.watchdog.stopTimers()
	for _, closeBody := range c.bodies {
		go closeBody()
	}
}

// Consume lets an adapter note what comes of the answer. An error ends the call. Once the
// answer is complete it stands: what else the server sends is read for a moment only.
func (c *Call) Consume(take func(a *Answer) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return errStillRunning
	}
	before := c.answer.Text.Len()
	whole := c.answer.Complete
	if err := take(&c.answer); err != nil {
		return err
	}
	c.received = true
	if n := c.answer.Text.Len() - before; n > 0 {
		c.watchdog.text(n)
	}
	if c.answer.Complete && !whole {
		c.watchdog.finish()
	}
	if most := bytesPerToken*c.route.allowed(c.req) + textSlack; c.answer.Text.Len() > most {
		return errOverlong
	}
	return nil
}

// errEndless means that an answer does not end: errOverlong by its text, errOversize by all
// that comes.
var (
	errEndless  = fmt.Errorf("the answer does not end: %w", diagnosis.ErrMalformed)
	errOverlong = fmt.Errorf("the text is far longer than was allowed: %w", errEndless)
	errOversize = fmt.Errorf("more comes than any model writes: %w", errEndless)
)

// Client returns the HTTP client for the call's one request. It follows no
// redirect, since a key must not go where the base URL does not point.
func (c *Call) Client() *http.Client {
	return &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// RoundTrip makes the request and keeps what comes back; see http.RoundTripper.
func (c *Call) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err // nothing is sent for a caller that has left
	}
	c.mu.Lock()
	again := c.reach.asked || c.ended
	c.reach.asked = true
	c.sent = req.ContentLength
	c.mu.Unlock()
	if again {
		return nil, errAgain
	}
	resp, err := c.route.endpoint.Transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), c.trace())))
	if err != nil {
		return nil, err
	}
	return c.receive(resp)
}

// errAgain means that an SDK wanted to repeat a request. Only the router repeats.
var errAgain = errors.New("a second request within one call")

// trace notes how far the request comes.
func (c *Call) trace() *httptrace.ClientTrace {
	note := func(set func(*reach)) {
		c.mu.Lock()
		defer c.mu.Unlock()
		set(&c.reach)
	}
	return &httptrace.ClientTrace{
		GetConn: func(string) { note(func(r *reach) { r.tried = true }) },
		GotConn: func(httptrace.GotConnInfo) { note(func(r *reach) { r.got = true }) },
	}
}

// DecodeWhole reads the answer of a server that was asked for a stream and sent all of it at
// once: the first value of its body, into v. It is false if there is no such answer.
func (c *Call) DecodeWhole(v any) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := c.body
	if c.recorder != nil {
		held = c.recorder.wholeBody()
	}
	return held != "" && c.status >= 200 && c.status < 300 && json.NewDecoder(strings.NewReader(held)).Decode(v) == nil
}

// Done reports whether the stream said "[DONE]".
func (c *Call) Done() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recorder != nil && c.recorder.done()
}

// isEmpty reports whether the answer has no body at all.
func (c *Call) isEmpty() bool {
	return c.status != 0 && c.body == "" && (c.recorder == nil || c.recorder.length() == 0)
}

// reached says how far the call came, where that was seen.
func (c *Call) reached() failure.Reach {
	_, real := c.route.endpoint.Transport.(*http.Transport)
	switch {
	case c.status != 0:
		return failure.Answering
	case c.reach.got:
		return failure.Sent
	case !c.reach.asked, real && !c.reach.tried:
		return failure.Unsent
	case real:
		return failure.Unreached
	}
	return "" // by what the error says
}

// diagnose returns what went wrong, given the error that the SDK makes of it and the
// reason that the answer gives for its end.
func (c *Call) diagnose(err error, finish string) *failure.Error {
	endpoint := c.route.endpoint
	e := diagnosis.Evidence{
		Provider: endpoint.Provider, Status: c.status, Header: c.header, Body: c.body, Err: err, Reach: c.reached(),
		Canceled: c.canceled(), Finish: finish, Window: endpoint.Spec.Window, Key: endpoint.Key, KeyName: endpoint.KeyName,
	}
	limit := context.Cause(c.ctx)
	if errors.Is(limit, errComplete) {
		limit = nil
	}
	incomplete := errors.Is(err, diagnosis.ErrIncomplete)
	switch {
	case limit != nil && !e.Canceled:
		e.Err = limit
		if e.Reach == failure.Unsent {
			e.Reach = failure.Unreached // it was about to be sent
		}
	case incomplete && c.isEmpty():
		e.Err = nil // not a byte: that is no answer that broke off
	case c.recorder != nil && c.recorder.readError() != nil && !c.answer.Complete:
		e.Err = errors.Join(c.recorder.readError(), err)
	case c.recorder != nil && err != nil && !incomplete:
		// Nothing is wrong with the way here, so that it is with what came.
		e.Err = errors.Join(diagnosis.ErrMalformed, err)
	}
	if c.recorder != nil && !c.isEmpty() {
		if e.Stream = true; !errors.Is(e.Err, errEndless) { // that is not what it says, but that it does not stop
			e.Body = c.recorder.lastEvents()
		}
	}
	f := diagnosis.Of(e)
	if f.Reach == "" && c.reach.asked {
		f.Reach = failure.Sent
	}
	c.learnLatency(f, limit)
	return f
}

// learnLatency notes what a failure says about the time that the route needs.
func (c *Call) learnLatency(f *failure.Error, limit error) {
	if !errors.Is(limit, diagnosis.ErrSilent) || f.Class != failure.Timeout {
		return
	}
	c.route.latency.noteSilence()
	if c.route.notVendor {
		f.Hint += "; if this server takes longer to begin an answer, set limits.first_byte for it in cineforge.yaml"
	}
}
