// Package wire is what the adapters of the providers share: one call over HTTP,
// with limits on the provider's silence, and with everything kept that is needed
// to tell what went wrong.
//
// An adapter begins a [Call], gives its SDK the call's client, notes what it hears
// in an [Answer], and lets the call conclude: that judges whether the answer is
// complete and fits its schema, and makes a diagnosis if not.
package wire

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"cineforge/failure"
	"cineforge/failure/diagnosis"
	"cineforge/llm"
)

// Endpoint is where a model is asked.
type Endpoint struct {
	Provider string // by which failures and answers are known, such as "anthropic"
	BaseURL  string // in the form that the provider's SDK takes; "" is the provider's own
	Key      string // "" if the server wants none
	KeyName  string // what people know the key by, such as "ANTHROPIC_API_KEY"
	Model    string // as the provider calls it
	Spec     llm.Spec

	// Transport makes the requests; nil means one that all such endpoints share.
	Transport http.RoundTripper

	// Limits on the time of an answer; what is 0 is set by the model.
	Limits Limits
}

// Limits are how long an answer may take.
type Limits struct {
	First time.Duration // until it begins
	Idle  time.Duration // from one piece of it to the next
	Total time.Duration // as a whole
}

// The limits where none are set. A model that answers at all has begun after a few
// seconds; one that thinks may be silent for longer in between. The rate is what
// the slowest models in use write.
const (
	defaultFirst    = 12 * time.Second
	maxFirst        = 60 * time.Second
	defaultIdle     = 30 * time.Second
	thinkingIdle    = 120 * time.Second
	slowestRate     = 20 // tokens a second
	defaultMaxWrite = 16000
)

// limits returns the limits of one call.
func (e Endpoint) limits(req llm.Request, pace *Pace) Limits {
	l := e.Limits
	if l.First == 0 {
		l.First = min(max(defaultFirst, 3*pace.p99()), maxFirst)
	}
	if l.Idle == 0 {
		l.Idle = defaultIdle
		if e.Spec.Thinks {
			l.Idle = thinkingIdle
		}
	}
	if l.Total == 0 {
		tokens := e.MaxOutput(req)
		if tokens == 0 {
			tokens = defaultMaxWrite
		}
		l.Total = l.First + time.Duration(tokens)*time.Second/slowestRate
	}
	return l
}

// MaxOutput returns how many tokens an answer to req may have: what is asked for,
// as far as the model can; 0 if neither is known.
func (e Endpoint) MaxOutput(req llm.Request) int {
	if e.Spec.MaxOutput > 0 && (req.MaxOutputTokens == 0 || req.MaxOutputTokens > e.Spec.MaxOutput) {
		return e.Spec.MaxOutput
	}
	return req.MaxOutputTokens
}

// NewTransport returns a transport for providers. One is enough for a process.
func NewTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// Call is one call to a provider. It is used by one goroutine.
type Call struct {
	endpoint Endpoint
	pace     *Pace
	began    time.Time
	watch    *watch
	gaveUp   func() bool
	cause    func() error

	sent   bool
	status int
	header http.Header
	held   string        // the body of an answer that is no stream
	first  time.Duration // until that began
	tape   *tape         // of an answer that is one
}

// Begin begins a call under ctx. The adapter works under the context that is
// returned, and ends the call when it is through with it. The pace is what earlier
// calls of the same model have told; it is never nil.
func Begin(ctx context.Context, e Endpoint, req llm.Request, pace *Pace) (context.Context, *Call) {
	under, stop := context.WithCancelCause(ctx)
	c := &Call{
		endpoint: e, pace: pace, began: time.Now(), watch: newWatch(e.limits(req, pace), llm.Pulse(ctx), stop),
		gaveUp: func() bool { return ctx.Err() != nil },
		cause:  func() error { return context.Cause(under) },
	}
	return under, c
}

// End ends the call and whatever is left of its connection.
func (c *Call) End() { c.watch.end() }

// Client returns the HTTP client for the call's one request. It follows no
// redirect, since a key must not go where the base URL does not point.
func (c *Call) Client() *http.Client {
	return &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// RoundTrip makes the request and keeps what comes back; see http.RoundTripper.
func (c *Call) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.sent {
		return nil, errAgain
	}
	c.sent = true
	resp, err := c.endpoint.Transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	c.status, c.header = resp.StatusCode, resp.Header
	if isStream(resp) {
		c.tape = &tape{body: resp.Body, watch: c.watch, began: c.began}
		resp.Body = c.tape
		return resp, nil
	}
	return c.hold(resp)
}

// errAgain means that an SDK wanted to repeat a request. Only the router repeats.
var errAgain = errors.New("a second request within one call")

// Stop ends the answer for a reason of the adapter's.
func (c *Call) Stop(err error) { c.watch.stop(err) }

// Done reports whether the stream said "[DONE]".
func (c *Call) Done() bool { return c.tape != nil && c.tape.done }

// Whole reads the answer of a server that was asked for a stream and sent all of it at
// once: its body, into v. It is false if there is no such answer.
func (c *Call) Whole(v any) bool {
	return c.tape == nil && c.status >= 200 && c.status < 300 && json.Unmarshal([]byte(c.held), v) == nil
}

// nothing reports whether the answer has no body at all.
func (c *Call) nothing() bool {
	return c.status != 0 && c.held == "" && (c.tape == nil || c.tape.read == 0)
}

// diagnose tells what went wrong, given the error that the SDK makes of it and the
// reason that the answer gives for its end.
func (c *Call) diagnose(err error, finish string) *failure.Error {
	if !c.sent && !c.gaveUp() {
		return &failure.Error{Class: failure.Internal, Err: err, Message: "the request could not be made: " + diagnosis.Redact(err.Error()),
			Hint: "this is a bug; please report it"}
	}
	e := diagnosis.Evidence{
		Provider: c.endpoint.Provider, Status: c.status, Header: c.header, Body: c.held, Err: err,
		Canceled: c.gaveUp(), Finish: finish, Window: c.endpoint.Spec.Window, Key: c.endpoint.Key, KeyName: c.endpoint.KeyName,
	}
	limit := c.cause()
	incomplete := errors.Is(err, diagnosis.ErrIncomplete)
	switch {
	case limit != nil && !e.Canceled:
		e.Err = limit
	case incomplete && c.nothing():
		e.Err = nil // not a byte: that is no answer that broke off
	case c.tape != nil && c.tape.err != nil:
		e.Err = errors.Join(c.tape.err, err)
	case c.tape != nil && err != nil && !incomplete:
		// Nothing is wrong with the way here, so that it is with what came.
		e.Err = errors.Join(diagnosis.ErrMalformed, err)
	}
	if c.tape != nil && !c.nothing() {
		e.Stream, e.Body = true, c.tape.last()
	}
	return diagnosis.Of(e)
}
