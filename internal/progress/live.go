package progress

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// fps is how often the block is redrawn at most, per second.
const fps = 10

// The size of a terminal that doesn't tell its size.
const (
	usualWidth  = 80
	usualHeight = 24
)

// live is the redrawn block. Events only change the state; drawing looks at it
// when it is time to, so that any number of events costs one frame.
type live struct {
	program   as
	color     bool
	interrupt func()

	mu     sync.Mutex // guards what follows
	state  run.State
	last   time.Time // of the last event
	closed bool

	// These belong to the program's own goroutine.
	width, height int
	stopping      bool
}

type (
	tick    struct{} // it is time to draw
	theLast struct{} // there are no more events
)

func showLive(events iter.Seq2[event.Event, error], o Options) (run.State, error) {
	l := &live{
		program:   as(o.Program),
		color:     o.Color,
		interrupt: o.Interrupt,
		state:     run.NewState(),
		width:     usualWidth,
		height:    usualHeight,
	}
	options := []tea.ProgramOption{
		tea.WithOutput(o.Out), tea.WithInput(nil), tea.WithFPS(fps), tea.WithoutSignalHandler(),
		tea.WithWindowSize(usualWidth, usualHeight),
	}
	if isKeyboard(o.In) && o.Interrupt != nil {
		options = append(options, tea.WithInput(o.In))
	}
	program := tea.NewProgram(l, options...)
	var drawing sync.WaitGroup
	var broken error
	drawing.Go(func() { _, broken = program.Run() })
	done := make(chan struct{})
	drawing.Go(func() { each(o.Notes, done, func(text string) { program.Println(clean(text)) }) })
	err := consume(events, l.event)
	close(done)
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	program.Send(theLast{})
	drawing.Wait()
	if broken != nil {
		err = errors.Join(err, fmt.Errorf("show the run live: %w", broken))
	}
	return l.state, err
}

// isKeyboard reports whether keys may come from in. A file or a pipe that stands
// in for the keyboard holds other things, such as the script.
func isKeyboard(in io.Reader) bool {
	if f, ok := in.(*os.File); ok {
		return term.IsTerminal(int(f.Fd()))
	}
	return in != nil
}

// event takes the next event.
func (l *live) event(e event.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = e.Time
	return l.state.Apply(e)
}

// Init starts the clock.
func (l *live) Init() tea.Cmd { return later() }

func later() tea.Cmd {
	return tea.Tick(time.Second/fps, func(time.Time) tea.Msg { return tick{} })
}

// Update takes what happens at the terminal.
func (l *live) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case tick:
		return l, later()
	case theLast:
		return l, tea.Quit
	case tea.WindowSizeMsg:
		l.width = m.Width
		l.height = m.Height
	case tea.KeyPressMsg:
		switch m.String() {
		case "ctrl+c":
			l.stopping = true
			l.interrupt()
		case "ctrl+z":
			return l, tea.Suspend
		}
	}
	return l, nil
}

// View draws the block. It ends in an empty line, which is where the terminal's
// cursor is left.
func (l *live) View() tea.View {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.closed && l.state.Status != run.Running {
		now = l.last // the run is at rest, and so is its clock
	}
	f := frame{program: l.program, now: now, width: l.width, height: l.height, color: l.color, stopping: l.stopping, closed: l.closed}
	return tea.NewView(f.block(l.state) + "\n")
}
