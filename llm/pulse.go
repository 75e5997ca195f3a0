package llm

import "context"

type pulseKey struct{}

// WithPulse returns a context under which a model calls f at each sign of life of
// an answer, the first one included. f returns soon, and may be called concurrently.
func WithPulse(ctx context.Context, f func()) context.Context {
	return context.WithValue(ctx, pulseKey{}, f)
}

// Pulse returns what a model is to call at each sign of life. It is never nil.
func Pulse(ctx context.Context) func() {
	if f, ok := ctx.Value(pulseKey{}).(func()); ok {
		return f
	}
	return func() {}
}
