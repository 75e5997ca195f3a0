package event

import (
	"strconv"

	"github.com/cineforge/cineforge/failure"
)

// SetFailure fills in the members that describe how the attempt failed.
func (b *AttemptFailed) SetFailure(f *failure.Error) {
	codes, stored := CodesOf(f), failure.Store(f)
	b.ErrorClass, b.Error, b.Hint = f.Class, f.Message, f.Hint
	b.ErrorCode, b.ProviderCode, b.HTTPStatus = codes.Error, Add(codes.Provider), Add(codes.Status)
	if f.RequestID != "" {
		b.RequestID = &f.RequestID
	}
	b.RetryAfterSeconds = stored.RetryAfterSeconds
	b.Retryable, b.Scope = f.Effect.Retryable, f.Effect.Scope
	b.OtherModel, b.OtherProvider = stored.OtherModel, stored.OtherProvider
}

// Failure returns how the attempt failed, as far as the event tells.
func (b AttemptFailed) Failure() *failure.Error {
	codes := PresentCodes(b.ErrorCode, b.ProviderCode, b.HTTPStatus)
	s := failure.Stored{
		Class:             b.ErrorClass,
		Message:           b.Error,
		Hint:              b.Hint,
		RetryAfterSeconds: b.RetryAfterSeconds,
		StoredEffect: failure.StoredEffect{
			Retryable:     b.Retryable,
			Scope:         b.Scope,
			OtherModel:    b.OtherModel,
			OtherProvider: b.OtherProvider,
		},
	}
	s.Code, s.Status, s.Documented = codes.split()
	if b.RequestID != nil {
		s.RequestID = *b.RequestID
	}
	return s.Restore()
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
