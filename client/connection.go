package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ErrUnchanged means that what was asked for still has the given tag.
var ErrUnchanged = errors.New("it has not changed")

// UnreachableError means that no answer came. The server may have done what was asked
// for, or not.
type UnreachableError struct {
	Server string
	Err    error
}

// Error names the server and the cause.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("the server at %s can't be reached: %v", e.Server, e.Err)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

const (
	// dialTime is how long a connection may take to open.
	dialTime = 10 * time.Second
	// answerTime is how long the server may take to begin its answer.
	answerTime = 2 * time.Minute
	// idleTime is how long a connection is kept for the next request.
	idleTime = 90 * time.Second
	// maxAnswer is how large an answer may be, in bytes.
	maxAnswer = 256 << 20
)

// connection sends requests to a server. It is safe for concurrent use.
type connection struct {
	base    string
	token   string
	channel string
	http    *http.Client
	trouble func(error)
	warn    func(RequestWarning)
}

func newHTTP() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: dialTime}).DialContext, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: answerTime, IdleConnTimeout: idleTime, MaxIdleConnsPerHost: 16,
		},
	}
}

// request is a request to the server.
type request struct {
	method string
	path   []string // below /api
	query  url.Values
	header map[string]string
	body   any // sent as JSON; nil for none
	// ownWarnings says that warnings of the answer are about what it describes, not about the request.
	ownWarnings bool

	key string // for idempotency: the same key makes it the same request; "" for none
}

// repeatable reports whether the request may be sent again if no answer came.
func (r request) repeatable() bool { return r.method == http.MethodGet || r.key != "" }

// do sends a request and decodes the answer. A request that does the same however
// often it is sent is sent once more if no answer came.
func (c *connection) do(ctx context.Context, r request, out any) (http.Header, error) {
	header, data, err := c.exchange(ctx, r)
	if _, lost := errors.AsType[*UnreachableError](err); lost && r.repeatable() {
		header, data, err = c.exchange(ctx, r)
	}
	if err != nil {
		return header, err
	}
	if r.body != nil && !r.ownWarnings {
		c.passWarnings(data)
	}
	if out == nil {
		return header, nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return header, fmt.Errorf("the server at %s sent an answer that this program can't read: %w", c.base, err)
	}
	return header, nil
}

// passWarnings passes the warnings of an answer about its request to Options.Warn. Other warnings,
// such as those of an upload about the file, have no pointer.
func (c *connection) passWarnings(answer []byte) {
	var of struct{ Warnings []RequestWarning }
	if json.Unmarshal(answer, &of) != nil {
		return
	}
	for _, w := range of.Warnings {
		if w.Pointer != "" {
			c.warn(w)
		}
	}
}

// exchange sends a request once, and reads the answer.
func (c *connection) exchange(ctx context.Context, r request) (http.Header, []byte, error) {
	resp, err := c.send(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, nil, c.lost(ctx, err)
	}
	return resp.Header, data, nil
}

// send sends a request once. The body of the answer has to be closed.
func (c *connection) send(ctx context.Context, r request) (*http.Response, error) {
	var body io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	req, err := c.newRequest(ctx, r, body)
	if err != nil {
		return nil, err
	}
	return c.answer(req)
}

// newRequest makes the HTTP request.
func (c *connection) newRequest(ctx context.Context, r request, body io.Reader) (*http.Request, error) {
	address := c.base + "/api"
	for _, part := range r.path {
		address += "/" + url.PathEscape(part)
	}
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, err
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.channel != "" {
		req.Header.Set("Cineforge-Client", c.channel)
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	for name, value := range r.header {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	return req, nil
}

// answer sends a request and returns its answer, or the problem that it is.
func (c *connection) answer(req *http.Request) (*http.Response, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.lost(req.Context(), err)
	}
	if resp.StatusCode < http.StatusMultipleChoices {
		return resp, nil
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	if resp.StatusCode == http.StatusNotModified {
		return nil, ErrUnchanged
	}
	return nil, readProblem(resp)
}

// lost returns the error for a request without an answer.
func (c *connection) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the address is named already
	}
	return &UnreachableError{Server: c.base, Err: err}
}

// get asks for something below /api.
func get[T any](ctx context.Context, c *connection, query url.Values, path ...string) (out T, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: path, query: query}, &out)
	return out, err
}

// post sends a body to a path below /api.
func post[T any](ctx context.Context, c *connection, body any, path ...string) (out T, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: path, body: body}, &out)
	return out, err
}

// limited returns a query with a limit, if there is one.
func limited(limit int) url.Values {
	q := url.Values{}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return q
}
