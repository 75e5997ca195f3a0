package client

import (
	"context"
	"net/http"
)

// Act says why an operator does something with a run. It may be left out.
type Act struct {
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"Why. It is recorded, with who asks."`
}

// RetryFailedRequest says why a run is retried from the stage that failed. It may be left out.
type RetryFailedRequest struct {
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"Why. It is recorded, with who asks."`
}

// act asks for something to be done with a run.
func (r *Runs) act(ctx context.Context, runID, name string, body any) error {
	_, err := r.conn.do(ctx, request{method: http.MethodPost, path: []string{"runs", runID, name}, body: body}, nil)
	return err
}

// Cancel ends a run, and returns when it has ended.
func (r *Runs) Cancel(ctx context.Context, runID string) error {
	return r.CancelFor(ctx, runID, Act{})
}

// CancelFor is Cancel with a reason.
func (r *Runs) CancelFor(ctx context.Context, runID string, why Act) error {
	return r.act(ctx, runID, "cancel", why)
}

// TryNow ends a run's waiting: it asks the provider that it waits for at once.
func (r *Runs) TryNow(ctx context.Context, runID string) error {
	return r.TryNowFor(ctx, runID, Act{})
}

// TryNowFor is TryNow with a reason.
func (r *Runs) TryNowFor(ctx context.Context, runID string, why Act) error {
	return r.act(ctx, runID, "try-now", why)
}

// Acknowledge ends a run's need for a person, until something happens in the run. A run that
// needs no person is a *Problem of code nothing_to_acknowledge.
func (r *Runs) Acknowledge(ctx context.Context, runID string, why Act) error {
	return r.act(ctx, runID, "acknowledge", why)
}

// Resume lets a paused run go on, accepting what it waits for to be accepted, or any run
// with the models that can be asked today.
func (r *Runs) Resume(ctx context.Context, runID string, how ResumeRequest) error {
	return r.act(ctx, runID, "resume", how)
}
