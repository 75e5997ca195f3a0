package llm

import "context"

type heartbeatKey struct{}

// WithHeartbeat returns a context under which a model calls f at each sign of life of
// an answer, the first one included, with the bytes of visible text that came with it.
// f returns soon, and may be called concurrently.
func WithHeartbeat(ctx context.Context, f func(bytes int)) context.Context {
	return context.WithValue(ctx, heartbeatKey{}, f)
}

// Heartbeat returns what a model is to call at each sign of life. It is never nil.
func Heartbeat(ctx context.Context) func(bytes int) {
	if f, ok := ctx.Value(heartbeatKey{}).(func(int)); ok {
		return f
	}
	return func(int) {}
}
