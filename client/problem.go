package client

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
)

// Problem is why a request was not done: RFC 9457 with the members code, message and hint.
type Problem struct {
	Type      string   `json:"type" doc:"Names the kind of problem; a path of the documentation."`
	Title     string   `json:"title" doc:"The HTTP status in words."`
	Status    int      `json:"status" doc:"The HTTP status."`
	Detail    string   `json:"detail" doc:"What is wrong, in one sentence; the same as message."`
	Code      string   `json:"code" doc:"What is wrong, for programs." example:"run_state_not_found"`
	Message   string   `json:"message" doc:"What is wrong, in one sentence."`
	Hint      *string  `json:"hint" doc:"What to do about it."`
	Errors    []Detail `json:"errors,omitempty" doc:"Each thing that is wrong with the request."`
	RequestID string   `json:"request_id,omitempty" doc:"The id of the request in the server's log."`
	RunID     string   `json:"run_id,omitempty" doc:"The run that conflicts with the request."`

	Actions []failure.Remedy `json:"actions,omitempty" doc:"What can be done about it; the hint names their labels, and commands for cli."`

	// RetryAfter is how long to wait before the next try; 0 if the server does not say.
	RetryAfter time.Duration `json:"-"`
}

// Detail is one thing that is wrong with a request.
type Detail struct {
	Message  string `json:"message"`
	Detail   string `json:"detail" doc:"What is wrong, without where it is if that can be said."`
	Location string `json:"location,omitempty" example:"body.project_id"`
	Pointer  string `json:"pointer,omitempty" example:"/project_id" doc:"JSON pointer to it, if it is in the body."`
}

// RequestWarning is a part of a request, or of the recipe that it names, that has no effect.
type RequestWarning struct {
	Pointer string `json:"pointer,omitempty" example:"/human_control_mode" doc:"JSON pointer to it in the request."`
	Line    int    `json:"line,omitempty" doc:"Where it is in the recipe."`
	Message string `json:"message"`
}

// Error returns the message and the hint.
func (p *Problem) Error() string {
	if p.Hint == nil {
		return p.Message
	}
	return p.Message + "; " + *p.Hint
}

// maxProblem is how large a problem may be, in bytes.
const maxProblem = 1 << 20

// readProblem reads why a request was not done. A proxy may have answered in place of the
// server.
func readProblem(resp *http.Response) *Problem {
	p := &Problem{}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	if err != nil || json.Unmarshal(data, p) != nil || p.Code == "" || p.Message == "" {
		p = &Problem{Title: http.StatusText(resp.StatusCode), Code: "http_" + strconv.Itoa(resp.StatusCode)}
		p.Message = "the server answered with status " + strings.TrimSpace(strconv.Itoa(resp.StatusCode)+" "+p.Title)
		p.Detail = p.Message
	}
	p.Status = resp.StatusCode
	p.RetryAfter = retryAfter(resp.Header.Get("Retry-After"))
	return p
}

// retryAfter reads a Retry-After header; 0 if it has no time.
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
