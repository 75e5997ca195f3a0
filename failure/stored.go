package failure

import "time"

// Stored is a failure in the form in which logs and databases keep it: all that is shown of
// it and all that decisions depend on. The cause, the remedies and how the failure was
// diagnosed (Parameter, Reach, Bare, Rule) are not kept.
//
// Members were added over time, so each of them may be missing in what an earlier version
// stored; [Stored.Restore] then takes what is usual for the class.
type Stored struct {
	Class             Class    `json:"class"`
	Message           string   `json:"message"`
	Hint              string   `json:"hint,omitempty"`
	Code              string   `json:"code,omitempty"`
	Status            int      `json:"status,omitempty"`
	Documented        int      `json:"documented,omitempty"`
	RequestID         string   `json:"request_id,omitempty"`
	RetryAfterSeconds *float64 `json:"retry_after_seconds,omitempty"`
	StoredEffect
}

// StoredEffect is the diagnosed effect of a failure. Only Retryable is always stored; the
// other members are stored where they differ from what is usual for the class.
type StoredEffect struct {
	Retryable     bool  `json:"retryable,omitempty"`
	Scope         Scope `json:"scope,omitempty"`
	OtherModel    *bool `json:"other_model,omitempty"`
	OtherProvider *bool `json:"other_provider,omitempty"`
}

// Store returns a failure in its stored form.
func Store(e *Error) Stored {
	s := Stored{
		Class:        e.Class,
		Message:      e.Message,
		Hint:         e.Hint,
		Code:         e.Code,
		Status:       e.Status,
		Documented:   e.Documented,
		RequestID:    e.RequestID,
		StoredEffect: storeEffect(e.Class, e.Effect),
	}
	if e.RetryAfter != nil {
		s.RetryAfterSeconds = new(e.RetryAfter.Seconds())
	}
	return s
}

func storeEffect(c Class, e Effect) StoredEffect {
	s := StoredEffect{Retryable: e.Retryable}
	if e == (Effect{}) { // not diagnosed
		return s
	}
	usual := EffectOf(c)
	if e.Scope != usual.Scope {
		s.Scope = e.Scope
	}
	if e.OtherModel != usual.OtherModel {
		s.OtherModel = &e.OtherModel
	}
	if e.OtherProvider != usual.OtherProvider {
		s.OtherProvider = &e.OtherProvider
	}
	return s
}

// Restore returns the failure that was stored.
func (s Stored) Restore() *Error {
	e := &Error{
		Class:      s.Class,
		Message:    s.Message,
		Hint:       s.Hint,
		Effect:     s.restore(s.Class),
		Code:       s.Code,
		Status:     s.Status,
		Documented: s.Documented,
		RequestID:  s.RequestID,
	}
	if s.RetryAfterSeconds != nil {
		e.RetryAfter = new(time.Duration(*s.RetryAfterSeconds * float64(time.Second)))
	}
	return e
}

// restore returns the effect of a failure of class c.
func (s StoredEffect) restore(c Class) Effect {
	e := EffectOf(c)
	e.Retryable = s.Retryable
	if s.Scope != "" {
		e.Scope = s.Scope
	}
	if s.OtherModel != nil {
		e.OtherModel = *s.OtherModel
	}
	if s.OtherProvider != nil {
		e.OtherProvider = *s.OtherProvider
	}
	return e
}
