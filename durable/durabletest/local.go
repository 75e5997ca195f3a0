package durabletest

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
)

// Store is a journal with room for what workers record, as one process sees it.
type Store interface {
	local.Journal
	// Make makes a run that is due at a time, at once for the zero time.
	Make(ctx context.Context, group, run string, wake time.Time) error
	Record(ctx context.Context, claim durable.Claim, note string, last bool) error
	Recorded(ctx context.Context, run string) ([]string, error)

	// Die does to the store what the system does when the process is gone.
	Die()
}

// Local returns a world for the engine of one machine, whose processes open the store
// by open. They look for what others have done as often as poll says.
func Local(open func() Store, poll time.Duration) World { return &locals{open(), open, poll} }

// locals is a world of local engines.
type locals struct {
	operator Store
	open     func() Store
	poll     time.Duration
}

func (w *locals) Boot() Process { return &mortalProcess{Store: w.open(), poll: w.poll} }

func (w *locals) Make(ctx context.Context, group string, runs ...string) error {
	for _, r := range runs {
		if err := w.operator.Make(ctx, group, r, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// Suspend makes many at a time, which a store may write together.
func (w *locals) Suspend(ctx context.Context, group string, until time.Time, runs ...string) error {
	const together = 64
	errs := make([]error, len(runs))
	var making sync.WaitGroup
	for first := range together {
		making.Go(func() {
			for i := first; i < len(runs); i += together {
				errs[i] = w.operator.Make(ctx, group, runs[i], until)
			}
		})
	}
	making.Wait()
	return errors.Join(errs...)
}

func (w *locals) Notes(ctx context.Context, run string) ([]string, error) {
	return w.operator.Recorded(ctx, run)
}

// errDead is what the store returns to what is left of a dead process.
var errDead = errors.New("the process is dead")

// mortalProcess is a store as a process sees it that dies or freezes.
type mortalProcess struct {
	Store
	poll time.Duration

	mu     sync.Mutex // guards what follows
	asked  int
	dead   bool
	left   int // writes until it dies; 0 means that it does not
	after  bool
	frozen chan struct{} // closed by the thaw; nil if it is not frozen
}

func (p *mortalProcess) Engine(w durable.Worker, o Options) durable.Engine {
	return local.New(p, w, local.Options{Limit: o.Limit, Poll: p.poll, Troubled: o.Troubled, Grace: cmp.Or(o.Grace, -1)})
}

func (p *mortalProcess) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// ask counts.
func (p *mortalProcess) ask(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked += n
}

func (p *mortalProcess) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.die()
}

func (p *mortalProcess) die() {
	if !p.dead {
		p.dead = true
		p.Die()
	}
}

func (p *mortalProcess) KillAt(n int, after bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = n
	p.after = after
}

func (p *mortalProcess) Freeze() (thaw func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	frozen := make(chan struct{})
	p.frozen = frozen
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.frozen = nil
		close(frozen)
	}
}

// live returns when the process is not frozen, or an error if it is dead or ctx is done.
func (p *mortalProcess) live(ctx context.Context) error {
	p.ask(1)
	for {
		p.mu.Lock()
		frozen := p.frozen
		dead := p.dead
		p.mu.Unlock()
		switch {
		case dead:
			return errDead
		case frozen == nil:
			return ctx.Err()
		}
		<-frozen
	}
}

// write does a write, unless the process is dead, or dies at it.
func (p *mortalProcess) write(ctx context.Context, do func() error) error {
	if err := p.live(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	dies := p.left == 1
	p.left = max(p.left-1, 0)
	if dies && !p.after {
		p.die()
		p.mu.Unlock()
		return errDead
	}
	p.mu.Unlock()
	err := do()
	if dies {
		p.Kill()
		return errDead
	}
	return err
}

func (p *mortalProcess) Claim(ctx context.Context, run string, ttl time.Duration) (claim durable.Claim, err error) {
	err = p.write(ctx, func() error {
		claim, err = p.Store.Claim(ctx, run, ttl)
		return err
	})
	return claim, err
}

func (p *mortalProcess) Renew(ctx context.Context, claim durable.Claim, ttl time.Duration) error {
	return p.write(ctx, func() error { return p.Store.Renew(ctx, claim, ttl) })
}

func (p *mortalProcess) Release(ctx context.Context, claim durable.Claim, wake time.Time) error {
	return p.write(ctx, func() error { return p.Store.Release(ctx, claim, wake) })
}

func (p *mortalProcess) Ack(ctx context.Context, claim durable.Claim, kind durable.SignalKind) error {
	return p.write(ctx, func() error { return p.Store.Ack(ctx, claim, kind) })
}

func (p *mortalProcess) Record(ctx context.Context, claim durable.Claim, note string, last bool) error {
	return p.write(ctx, func() error { return p.Store.Record(ctx, claim, note, last) })
}

func (p *mortalProcess) Due(ctx context.Context, n int) ([]local.DueRun, time.Time, error) {
	if err := p.live(ctx); err != nil {
		return nil, time.Time{}, err
	}
	due, next, err := p.Store.Due(ctx, n)
	p.ask(len(due))
	return due, next, err
}

func (p *mortalProcess) Signals(ctx context.Context, run string) ([]durable.Signal, error) {
	if err := p.live(ctx); err != nil {
		return nil, err
	}
	return p.Store.Signals(ctx, run)
}
