// Package rehearsal does a stage as it will be done, without asking a model, to find out what
// it would ask: the very code of the module says how many units there are and what their
// requests hold.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/stage"
)

// Stage is a stage that is rehearsed.
type Stage struct {
	Module stage.Module
	Task   stage.Task // without a model

	// Stored returns the stored answer to a request, and false if there is none. Ask is called for each
	// request that has none. Both are called concurrently.
	Stored func(ctx context.Context, req llm.Request) (llm.Response, bool, error)
	Ask    func(req llm.Request)
}

// Result is what a rehearsal has found.
type Result struct {
	Units  int    // that the stage works on
	Kind   string // what they are, such as "scene"; "" if their names do not say it
	Stored int    // requests whose answers are there

	// Drafts are what the stage makes, with null for what a model would have to judge; nil if they
	// depend on answers that there are none of.
	Drafts []artifact.Draft

	// Problem is the failure of the module that no model can avert; nil if there is none.
	Problem error
}

// errUnanswered ends a rehearsal that can't go on without answers.
var errUnanswered = errors.New("it depends on answers that there are none of")

// Run rehearses a stage. The error is one of Stored, or says that ctx is done.
func Run(ctx context.Context, s Stage) (Result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	m := &model{stage: s, stop: stop, all: make(chan struct{})}
	task := s.Task
	task.Model = m
	task.Progress = m.progress
	task.Concurrency = mostUnits // so that every unit asks, although none is answered
	made, err := run(ctx, s.Module, task)
	m.mu.Lock()
	defer m.mu.Unlock()
	found := Result{Units: m.total, Kind: m.kind, Stored: m.stored, Drafts: made.Artifacts}
	switch {
	case m.err != nil:
		return found, m.err
	case m.unanswered:
		found.Drafts = nil
	case err != nil && ctx.Err() != nil:
		return found, context.Cause(ctx)
	case err != nil:
		found.Problem = err
	}
	return found, nil
}

// mostUnits is more than any stage has.
const mostUnits = 1 << 20

// run calls the module. A panic in it is the failure that the run would have.
func run(ctx context.Context, m stage.Module, task stage.Task) (made stage.Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("module %s panicked: %v", m.Info().ID, v)
		}
	}()
	return m.Run(ctx, task)
}

// model stands for the models of a stage. It answers with null what may be null, and lets no
// request fail before each unit has asked.
type model struct {
	stage Stage
	stop  context.CancelCauseFunc
	all   chan struct{} // closed when each unit has asked

	mu          sync.Mutex // guards what follows
	total, done int        // units
	waiting     int        // that wait for the others to ask
	kind        string
	stored      int
	unanswered  bool
	err         error
}

// progress notes how many units there are, and that one is done.
func (m *model) progress(done, total int, _ string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total = total
	m.done = done
	m.check()
}

// check lets those go that wait if each unit has asked. The caller holds mu.
func (m *model) check() {
	if m.waiting > 0 && m.waiting+m.done >= m.total {
		select {
		case <-m.all:
		default:
			close(m.all)
		}
	}
}

// Generate answers without a model.
func (m *model) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	resp, found, err := m.stage.Stored(ctx, req)
	m.mu.Lock()
	m.kind = kindOf(req.Unit)
	if err != nil {
		if m.err == nil && ctx.Err() == nil {
			m.err = err
		}
		m.stop(err)
		m.mu.Unlock()
		return resp, err
	}
	if found {
		m.stored++
		m.mu.Unlock()
		return resp, nil
	}
	m.mu.Unlock()
	m.stage.Ask(req)
	if resp, err = (offline.Model{}).Generate(ctx, req); err == nil {
		return resp, nil
	}
	m.mu.Lock()
	m.unanswered = true
	m.waiting++
	m.check()
	m.mu.Unlock()
	select {
	case <-m.all:
		return llm.Response{}, errUnanswered
	case <-ctx.Done():
		return llm.Response{}, context.Cause(ctx)
	}
}

// kindOf returns what a unit is, by its name: "scene" of "scene_003".
func kindOf(unit string) string {
	kind, number, numbered := strings.Cut(unit, "_")
	if numbered && strings.Trim(number, "0123456789") != "" {
		return ""
	}
	return kind
}
