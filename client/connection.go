// Package client speaks to a CineForge server: it begins runs, follows them without
// losing an event, and does what an operator can do.
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
	"strings"
	"time"
)

// Options are settings of a client. The zero value is usable.
type Options struct {
	// Token is what the server wants to be shown; "" if it wants nothing.
	Token string

	// HTTP makes the requests; nil means one of the client's own, which follows no
	// redirect.
	HTTP *http.Client

	// Trouble is told that a run can't be followed for the moment, and with nil that
	// it is followed again; nil means that nobody is. It is called by whoever follows.
	Trouble func(err error)

	// Warn is called for each part of a request that the server does not know and ignored,
	// as an older server may; nil drops the warnings.
	Warn func(w RequestWarning)
}

// Client speaks to a server. It is safe for concurrent use.
type Client struct {
	base    string
	token   string
	http    *http.Client
	trouble func(error)
	warn    func(RequestWarning)
}

// ErrUnchanged means that something is still what the tag that was given is of.
var ErrUnchanged = errors.New("it has not changed")

// UnreachableError means that no answer came: whether the server did what it was
// asked for is not known.
type UnreachableError struct {
	Server string
	Err    error
}

// Error says which server, and why.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("the server at %s can't be reached: %v", e.Server, e.Err)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

const (
	// dialTime is how long a connection may take to come about.
	dialTime = 10 * time.Second
	// answerTime is how long the server may take to begin its answer.
	answerTime = 2 * time.Minute
	// idleTime is how long a connection is kept for the next request.
	idleTime = 90 * time.Second
	// mostAnswer is how large an answer may be, in bytes.
	mostAnswer = 256 << 20
)

// New returns a client of the server at a base URL, such as http://127.0.0.1:8000.
// It contacts nobody yet.
func New(baseURL string, o Options) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the server's URL is not an address such as http://127.0.0.1:8000")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the server's URL holds more than an address; a token does not belong into it")
	}
	if strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the token has characters that no token can have")
	}
	if o.HTTP == nil {
		o.HTTP = newHTTP()
	}
	if o.Trouble == nil {
		o.Trouble = func(error) {}
	}
	if o.Warn == nil {
		o.Warn = func(RequestWarning) {}
	}
	return &Client{base: strings.TrimRight(u.String(), "/"), token: o.Token, http: o.HTTP, trouble: o.Trouble, warn: o.Warn}, nil
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

// URL returns the server's address.
func (c *Client) URL() string { return c.base }

// Close closes the connections that nothing goes over.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// request is what is asked of the server.
type request struct {
	method string
	path   []string // below /api
	query  url.Values
	header map[string]string
	body   any    // sent as JSON; nil for none
	key    string // that makes the request one, however often it is sent; "" for none
}

// repeatable reports whether the request may be sent again if no answer came.
func (r request) repeatable() bool { return r.method == http.MethodGet || r.key != "" }

// do sends a request and decodes the answer. A request that does the same however
// often it is sent is sent once more if no answer came.
func (c *Client) do(ctx context.Context, r request, out any) (http.Header, error) {
	header, data, err := c.exchange(ctx, r)
	if _, lost := errors.AsType[*UnreachableError](err); lost && r.repeatable() {
		header, data, err = c.exchange(ctx, r)
	}
	if err != nil {
		return header, err
	}
	if r.body != nil {
		c.passWarnings(data)
	}
	if out == nil {
		return header, nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return header, fmt.Errorf("the server at %s answered with what this program can't read: %w", c.base, err)
	}
	return header, nil
}

// passWarnings passes on what an answer says of its request. Other warnings, such as those of an
// upload about the file, have no pointer.
func (c *Client) passWarnings(answer []byte) {
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
func (c *Client) exchange(ctx context.Context, r request) (http.Header, []byte, error) {
	resp, err := c.send(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	data, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return nil, nil, c.lost(ctx, err)
	}
	return resp.Header, data, nil
}

// send sends a request once. The body of the answer has to be closed.
func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	var body io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	req, err := c.request(ctx, r, body)
	if err != nil {
		return nil, err
	}
	return c.answer(req)
}

// request makes the HTTP request.
func (c *Client) request(ctx context.Context, r request, body io.Reader) (*http.Request, error) {
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

// answer returns the answer to a request, or the problem that it tells of.
func (c *Client) answer(req *http.Request) (*http.Response, error) {
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
	return nil, problem(resp)
}

// lost says why no answer came.
func (c *Client) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the address is named already
	}
	return &UnreachableError{c.base, err}
}

// mostProblem is how large a problem may be, in bytes.
const mostProblem = 1 << 20

// problem reads why a request was not done. What stands between here and the server
// may have answered too.
func problem(resp *http.Response) *Problem {
	p := &Problem{}
	data, err := io.ReadAll(io.LimitReader(resp.Body, mostProblem))
	if err != nil || json.Unmarshal(data, p) != nil || p.Code == "" || p.Message == "" {
		p = &Problem{Title: http.StatusText(resp.StatusCode), Code: "http_" + strconv.Itoa(resp.StatusCode)}
		p.Message = "the server answered with status " + strings.TrimSpace(strconv.Itoa(resp.StatusCode)+" "+p.Title)
		p.Detail = p.Message
	}
	p.Status = resp.StatusCode
	p.RetryAfter = retryAfter(resp.Header.Get("Retry-After"))
	return p
}

// retryAfter reads how long is to be waited; 0 if that is not said.
func retryAfter(text string) time.Duration {
	const most = 24 * 60 * 60
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(n, 0), most)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}
