// Package progress shows people a run: as it happens, and where it stands.
package progress

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Options say how a run is shown. The zero value of all but Out is usable.
type Options struct {
	// Out is where the run is shown.
	Out io.Writer

	// Live redraws one block, for which Out has to be a terminal. Without it
	// there is a line for each event worth one.
	Live bool

	// Color allows colours. Nothing is shown by colour alone.
	Color bool

	// Verbose adds lines on every answer and unit. The live block has no use for it.
	Verbose bool

	// In is the keyboard, and Interrupt what is called each time that Ctrl-C is
	// pressed on it. The live view reads the keyboard if both are set, so that
	// what is typed doesn't garble the block; Ctrl-C sends no signal then. A file
	// that is no terminal is not read, and Ctrl-C is a signal as everywhere.
	//
	// Interrupt must return soon, and must not end the process, which would leave
	// the terminal unusable: to leave at once, let the events end.
	In        io.Reader
	Interrupt func()

	// Program is how to call the program in the commands that are suggested, with
	// the flags that every command needs; "" means "cineforge".
	Program string

	// Notes are what else there is to tell meanwhile, such as of the store; nil is none.
	Notes <-chan string

	// Zone is the time zone of the times in lines; nil means this machine's.
	Zone *time.Location
}

// Show shows a run from its first event until its events end, and returns the
// state that they amount to. An error of the events ends them; it is returned
// with the state up to it. A view that breaks, such as by a closed pipe, doesn't
// keep the events from being read to their end, and is reported after it.
//
// The events of [run.Follow] go on after a pause until its context is done, so
// the caller ends them when the run is at rest.
func Show(events iter.Seq2[event.Event, error], o Options) (run.State, error) {
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Live {
		return showLive(events, o)
	}
	return showPlain(events, o)
}

func showPlain(events iter.Seq2[event.Event, error], o Options) (run.State, error) {
	p := &plain{program: as(o.Program), out: o.Out, zone: o.Zone, color: o.Color, verbose: o.Verbose,
		state: run.NewState(), said: time.Now(), units: map[string]mark{}, waiting: map[string]time.Time{}, known: map[string]bool{}}
	done := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() { p.beat(done) })
	beating.Go(func() { each(o.Notes, done, p.note) })
	err := consume(events, p.event)
	close(done)
	beating.Wait()
	if p.err != nil {
		err = errors.Join(err, fmt.Errorf("show the run: %w", p.err))
	}
	return p.state, err
}

// each hands on notes until done is closed, and those that were made before.
func each(notes <-chan string, done <-chan struct{}, to func(string)) {
	for {
		select {
		case <-done:
			for {
				select {
				case text := <-notes:
					to(text)
				default:
					return
				}
			}
		case text := <-notes:
			to(text)
		}
	}
}

// consume hands on events until they end.
func consume(events iter.Seq2[event.Event, error], to func(event.Event) error) error {
	for e, err := range events {
		if err == nil {
			err = to(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// StoreNote is what to tell beside a run when the store takes nothing, and why; without a
// reason, that it does again.
func StoreNote(why string) string {
	if why == "" {
		return "The store accepts writes again."
	}
	return "The store accepts no writes: " + why +
		". No new request is sent; answers already received are kept in memory until it does."
}
