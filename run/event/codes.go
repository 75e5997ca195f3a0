package event

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/cineforge/cineforge/failure"
)

// Codes name a failure for programs.
type Codes struct {
	Error    *string // the HTTP status as text, else the provider's code; nil without either
	Provider *string // the provider's own code, such as "overloaded_error"
	Status   *int    // of HTTP; nil if no response came
}

// CodesOf returns the codes of a failure. An error inside a stream that began with status
// 200 has the status that its provider documents for it.
func CodesOf(f *failure.Error) Codes {
	var c Codes
	if f.Status != 0 {
		c.Status = &f.Status
	}
	if f.Code != "" && f.Code != strconv.Itoa(f.Status) && f.Code != strconv.Itoa(f.Documented) {
		c.Provider = &f.Code
	}
	switch {
	case f.Status >= leastErrorStatus:
		c.Error = new(strconv.Itoa(f.Status))
	case f.Documented != 0:
		c.Error = new(strconv.Itoa(f.Documented))
	case f.Code != "":
		c.Error = &f.Code
	}
	return c
}

const leastErrorStatus = 300

// PresentCodes returns the codes of an event in their present meaning. Events without a member
// provider_code have the provider's code as error_code, and may have http_status.
func PresentCodes(code *string, provider Added[string], status Added[int]) Codes {
	c := Codes{Error: code, Provider: provider.Value, Status: status.Value}
	if provider.Present || code == nil || isStatus(*code) {
		return c
	}
	c.Provider = code
	if s := status.Value; s != nil && *s >= leastErrorStatus {
		c.Error = new(strconv.Itoa(*s))
	}
	return c
}

// isStatus reports whether a code has three digits, as HTTP statuses do.
func isStatus(code string) bool {
	n, err := strconv.Atoi(code)
	return err == nil && n >= 100 && n <= 999
}

// split returns the codes as [failure.Error] has them.
func (c Codes) split() (code string, status, documented int) {
	switch {
	case c.Provider != nil:
		code = *c.Provider
	case c.Error != nil:
		code = *c.Error
	}
	if c.Status != nil {
		status = *c.Status
	}
	if c.Error != nil && status < leastErrorStatus {
		documented, _ = strconv.Atoi(*c.Error)
	}
	return code, status, documented
}

// Added is a member that released events lack: absent there, and in later events null or
// a value. The zero value is absent.
type Added[T any] struct {
	Present bool
	Value   *T // nil for null
}

// Add returns a member that is present: null for nil.
func Add[T any](v *T) Added[T] { return Added[T]{true, v} }

// IsZero reports whether the member is absent, for omitzero.
func (a Added[T]) IsZero() bool { return !a.Present }

// MarshalJSON writes the value or null.
func (a Added[T]) MarshalJSON() ([]byte, error) { return json.Marshal(a.Value) }

// UnmarshalJSON reads the value or null.
func (a *Added[T]) UnmarshalJSON(data []byte) error {
	*a = Added[T]{Present: true}
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	return json.Unmarshal(data, &a.Value)
}
