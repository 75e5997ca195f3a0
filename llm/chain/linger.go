package chain

import (
	"context"
	"errors"
	"time"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/inflight"
)

// hard returns the context whose end ends calls at once.
func (p *Plan) hard() context.Context {
	if p.Hard == nil {
		return context.Background()
	}
	return p.Hard
}

// left reports whether a call was ended because its caller has left.
func (p *Plan) left(call context.Context) bool {
	return errors.Is(context.Cause(call), inflight.ErrLeft) || p.hard().Err() != nil
}

// Calls returns how many questions have a call under way.
func (r *Router) Calls() int { return r.inflight.Len() }

// sharedKey names the question among those that may share an answer; "" if it may share
// none.
func (q *question) sharedKey() string {
	if q.req.Key == "" || q.plan.Shared == "" {
		return ""
	}
	return q.req.Key + " " + q.plan.Shared
}

// lookAgain is how old the last look for a stored answer may be when a call begins.
const lookAgain = 100 * time.Millisecond

// answered returns an answer that was stored since the question was first looked up.
func (q *question) answered(ctx context.Context) (resp llm.Response, found bool, err error) {
	if q.plan.Answered == nil || q.req.Key == "" {
		return resp, false, nil
	}
	q.looked = time.Now()
	return q.plan.Answered(ctx, q.req)
}

// awaitShared waits for a call of the same question to end, and returns its answer if it
// had one. It holds nothing meanwhile.
func (q *question) awaitShared(ctx context.Context, ended <-chan struct{}) (resp llm.Response, found bool, err error) {
	select {
	case <-ended:
	case <-ctx.Done():
		return resp, false, q.stopped(ctx)
	}
	return q.answered(ctx)
}
