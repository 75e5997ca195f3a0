package llm

import "context"

type pulseKey struct{}

// WithPulse returns a context under which a model calls f at each sign of life of
// an answer, the first one included, with the bytes of visible text that came with it.
// f returns soon, and may be called concurrently.
func WithPulse(ctx context.Context, f func(bytes int)) context.Context {
	return context.WithValue(ctx, pulseKey{}, f)
}

// Pulse returns what a model is to call at each sign of life. It is never nil.
func Pulse(ctx context.Context) func(bytes int) {
	if f, ok := ctx.Value(pulseKey{}).(func(int)); ok {
		return f
	}
	return func(int) {}
}
