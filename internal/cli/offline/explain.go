package offline

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
	"github.com/cineforge/cineforge/internal/cli/console"
)

// Explain is the command that says what a provider's failure means.
type Explain struct {
	Provider  string   `placeholder:"NAME" help:"The provider that was asked: anthropic, openai, google, or another name."`
	Status    int      `placeholder:"N" help:"The HTTP status."`
	Header    []string `sep:"none" placeholder:"'K: V'" help:"A response header; can be repeated."`
	Body      string   `placeholder:"FILE" help:"The response body, or an excerpt of it; - for standard input."`
	Transport string   `placeholder:"TEXT" help:"The network error, as it was printed."`
	Stream    bool     `help:"The body is from a stream that started well."`
	JSONL     bool     `name:"jsonl" help:"Read failures from FILE or standard input, one JSON object per line; print one result per line."`
	File      string   `arg:"" optional:"" help:"With --jsonl: the file of failures; - or none for standard input."`
}

// Help describes the command.
func (Explain) Help() string {
	return `Explains a provider's failure: its class, whether to try the same model, another model or
another provider, whose health it counts against, how long the provider said to wait, and
what to do.

Examples:
  cineforge explain-error --provider anthropic --status 529
  cineforge explain-error --provider openai --status 429 --header 'retry-after: 2' --body error.json
  cineforge explain-error --provider google --transport 'read: connection reset by peer'
  pbpaste | cineforge explain-error --provider anthropic --body -
  cineforge explain-error --jsonl failures.jsonl`
}

// explained is a result, in the form of the contract.
type explained struct {
	ID           json.RawMessage `json:"id,omitempty"`
	Class        failure.Class   `json:"class"`
	Retryable    bool            `json:"retryable"`
	Fallback     fallbacks       `json:"fallback"`
	Scope        failure.Scope   `json:"scope"`
	ProviderWide bool            `json:"provider_wide"`
	RetryAfter   *float64        `json:"retry_after_s"`
	RequestID    *string         `json:"request_id"`
	Code         *string         `json:"code"`
	Explanation  string          `json:"explanation"`
	Action       string          `json:"action"`
	Rule         string          `json:"rule"`
}

type fallbacks struct {
	OtherModel    bool `json:"other_model_same_provider"`
	OtherProvider bool `json:"other_provider"`
}

// explain diagnoses a failure.
func explain(e diagnosis.Evidence) explained {
	f := diagnosis.Of(e)
	x := explained{
		Class: f.Class, Retryable: f.Effect.Retryable, Fallback: fallbacks{f.Effect.OtherModel, f.Effect.OtherProvider},
		Scope: f.Effect.Scope, ProviderWide: f.Effect.ProviderWide(), RequestID: optional(f.RequestID), Code: optional(f.Code),
		Explanation: f.Message, Action: f.Hint, Rule: f.Rule,
	}
	if f.RetryAfter != nil {
		x.RetryAfter = new(f.RetryAfter.Seconds())
	}
	return x
}

// Run does the command.
func (c *Explain) Run(ctx context.Context, f console.Format, s console.Streams) error {
	if c.JSONL {
		return c.lines(s)
	}
	if c.File != "" {
		return console.Usage(failure.New(failure.Input, "a file is read with --jsonl only", "give the body with --body "+console.Quote(c.File)))
	}
	e, err := c.evidence(s.In)
	if err != nil {
		return console.Usage(err)
	}
	x := explain(e)
	if f.JSON {
		return console.PrintJSON(s.Out, x)
	}
	return x.print(s.Out)
}

// evidence puts together what the command line tells.
func (c *Explain) evidence(stdin io.Reader) (diagnosis.Evidence, error) {
	e := diagnosis.Evidence{Provider: c.Provider, Status: c.Status, Stream: c.Stream, Header: http.Header{}}
	for _, line := range c.Header {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return e, failure.New(failure.Input, fmt.Sprintf("the header %q has no colon", line), "write it as 'retry-after: 2'")
		}
		e.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if c.Transport != "" {
		e.Err = diagnosis.Reported(c.Transport)
	}
	if c.Body != "" {
		body, err := readSome(c.Body, stdin)
		if err != nil {
			return e, failure.New(failure.Input, fmt.Sprintf("the body can't be read: %v", err), "name a file, or - for standard input")
		}
		e.Body = body
	}
	if c.Status == 0 && c.Body == "" && c.Transport == "" {
		return e, failure.New(failure.Input, "there is nothing to explain", "give --status, --body or --transport, as far as they are known")
	}
	return e, nil
}

// readSome reads as much of a file as is looked at.
func readSome(name string, stdin io.Reader) (string, error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, diagnosis.MaxBody))
	return string(data), err
}

// print writes a result for a person.
func (x explained) print(out io.Writer) error {
	fmt.Fprintf(out, "%s\n\n", console.OneLine(x.Explanation))
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, value string) { fmt.Fprintf(t, "%s\t%s\n", name, console.OneLine(value)) }
	row("class", string(x.Class))
	row("try again", yes(x.Retryable))
	row("other model of the provider", yes(x.Fallback.OtherModel))
	row("other provider", yes(x.Fallback.OtherProvider))
	row("counts against", string(x.Scope))
	if x.RetryAfter != nil {
		row("wait", fmt.Sprintf("%g s, said the provider", *x.RetryAfter))
	}
	if x.Code != nil {
		row("code", *x.Code)
	}
	if x.RequestID != nil {
		row("request", *x.RequestID)
	}
	row("decided by", x.Rule)
	row("what to do", x.Action)
	return t.Flush()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// maxReport bounds a line of reported failures.
const maxReport = 4 << 20

// reported is a line of reported failures. What else it holds is ignored.
type reported struct {
	ID             json.RawMessage            `json:"id"`
	Provider       string                     `json:"provider"`
	HTTPStatus     *int                       `json:"http_status"`
	Headers        map[string]json.RawMessage `json:"headers"`
	Body           *string                    `json:"body"`
	TransportError *string                    `json:"transport_error"`
	Stream         bool                       `json:"stream"`
}

func (r reported) evidence() diagnosis.Evidence {
	e := diagnosis.Evidence{Provider: r.Provider, Stream: r.Stream, Header: http.Header{}}
	if r.HTTPStatus != nil {
		e.Status = *r.HTTPStatus
	}
	for k, v := range r.Headers {
		var text string
		if json.Unmarshal(v, &text) != nil { // a number, say
			text = string(v)
		}
		e.Header.Set(k, text)
	}
	if r.Body != nil {
		e.Body = *r.Body
	}
	if r.TransportError != nil && *r.TransportError != "" {
		e.Err = diagnosis.Reported(*r.TransportError)
	}
	return e
}

// lines explains reported failures, a line each.
func (c *Explain) lines(s console.Streams) error {
	in := s.In
	if c.File != "" && c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return console.Usage(failure.New(failure.Input, fmt.Sprintf("%s can't be read", c.File), "check the name"))
		}
		defer f.Close()
		in = f
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxReport)
	out := json.NewEncoder(s.Out)
	out.SetEscapeHTML(false)
	n := 0
	for lines.Scan() {
		if n++; strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var r reported
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return failure.New(failure.Input, fmt.Sprintf("line %d is no failure: %v", n, err),
				"each line is a JSON object with provider, http_status, headers, body, transport_error, stream")
		}
		x := explain(r.evidence())
		x.ID = r.ID
		if err := out.Encode(x); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return failure.New(failure.Input, fmt.Sprintf("line %d is longer than %d MB", n+1, maxReport>>20), "cut its body")
	}
	return lines.Err()
}

// optional returns nil for an empty text.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
