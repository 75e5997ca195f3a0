package health

import "github.com/cineforge/cineforge/failure"

// Fault is a call that failed, or a failure that keeps others from trying.
type Fault struct {
	Provider, Model string
	Err             *failure.Error
}

// storedFault is the stored form of a fault.
type storedFault struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	failure.Stored
}

func storeFault(f *Fault) *storedFault {
	if f == nil {
		return nil
	}
	return &storedFault{Provider: f.Provider, Model: f.Model, Stored: failure.Store(f.Err)}
}

func (s *storedFault) fault() *Fault {
	if s == nil {
		return nil
	}
	return &Fault{Provider: s.Provider, Model: s.Model, Err: s.Restore()}
}

// Transient reports whether a failure may have passed when some time has. What is not
// known not to is taken for that: an unknown class is not the end of a run.
func Transient(f *failure.Error) bool {
	switch f.Class {
	case failure.QuotaExhausted, failure.Auth, failure.Permission, failure.NotFound, failure.InvalidRequest, failure.ContextLength,
		failure.ContentPolicy, failure.BadOutput, failure.NoProvider, failure.Input, failure.Budget, failure.Internal:
		return false
	case failure.Connection:
		return f.Effect.Retryable // a certificate does not get better
	}
	return true
}

// NeedsPerson reports whether it takes a person to end what a failure reports.
func NeedsPerson(f *failure.Error) bool {
	switch f.Class {
	case failure.QuotaExhausted, failure.Auth, failure.Permission, failure.NotFound:
		return true
	}
	return false
}

// CoolsDown reports whether a failure sets a cooldown by its class.
func CoolsDown(f *failure.Error) bool { return f.Class == failure.RateLimited || NeedsPerson(f) }

// Counts reports whether a failure counts against the health of the model or provider that
// failed.
func Counts(f *failure.Error) bool {
	if f == nil {
		return false
	}
	switch f.Class {
	case failure.Overloaded, failure.Timeout, failure.ServerError, failure.Unknown:
		return true
	case failure.Connection:
		return f.Effect.Retryable // else it is no outage
	}
	return false
}

// Unreached reports whether a failure says that no connection could be made. Where that
// was not seen, any failure of the connection before an answer is taken for one.
func Unreached(f *failure.Error) bool {
	switch f.Reach {
	case failure.Unreached:
		return true
	case "":
		return f.Class == failure.Connection
	}
	return false
}

// Stray reports whether a failure may be a proxy's, of a call that it passes on. No proxy
// reports used-up credit, or what is gone for good.
func Stray(f *failure.Error) bool {
	switch f.Class {
	case failure.Auth, failure.Permission, failure.NotFound:
		return f.Bare && (f.Status == 401 || f.Status == 403 || f.Status == 404)
	}
	return f.Bare && f.Class == failure.InvalidRequest
}

// evidenceOf says in a few words what happened.
func evidenceOf(model string, f *failure.Error) string {
	what := model + ": " + string(f.Class)
	if f.Code == "" || f.Code == string(f.Class) {
		return what
	}
	return what + " (" + f.Code + ")"
}
