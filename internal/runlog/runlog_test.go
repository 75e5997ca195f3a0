package runlog_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/runlog"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// lines logs events, and returns the lines without their times.
func lines(level slog.Level, bodies ...event.Body) string {
	var b strings.Builder
	l := runlog.New(slog.New(slog.NewTextHandler(&b,
		&slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})))
	for i, body := range bodies {
		l.Observe(event.Event{Seq: int64(i + 1), RunID: "r1", Body: body})
	}
	return b.String()
}

// A run that meets an outage and a refused key is a handful of lines, however often it fails.
func TestLog_AnOutageIsAHandfulOfLines(t *testing.T) {
	events := []event.Body{event.PipelineStarted{RecipeID: "mvp_ingest", ProjectID: "p", InputName: "a\nb.fountain"}}
	at := event.Attempt{StageID: "extract_scenes", Unit: "scene_001", Provider: "anthropic", Model: "claude"}
	for range 500 {
		events = append(events, event.AttemptStarted{Attempt: at},
			event.AttemptFailed{Attempt: at, ErrorClass: failure.Auth, Error: "bad\x1b[31m key", Hint: "set another"},
			event.StageWaiting{StageID: at.StageID, Reason: "busy", Fault: event.Fault{Provider: "anthropic", ErrorClass: failure.Overloaded}})
	}
	events = append(events, event.BreakerOpened{Transition: event.Transition{Provider: "anthropic", Evidence: "two in a row"}},
		event.AttemptFinished{Attempt: at},
		event.StageWaiting{StageID: at.StageID, Reason: "busy"}, event.StagePaused{StageID: at.StageID, Reason: event.Exhausted},
		event.PipelineFinished{Outcome: event.Failed, Error: "x"})
	got := lines(slog.LevelInfo, events...)
	var said []string
	for line := range strings.Lines(got) {
		f := strings.SplitN(line, " ", 2)
		msg := f[1][len("msg="):]
		if msg[0] == '"' {
			msg = msg[1:][:strings.Index(msg[1:], `"`)]
		} else {
			msg, _, _ = strings.Cut(msg, " ")
		}
		said = append(said, strings.TrimPrefix(f[0], "level=")+" "+msg)
	}
	want := "INFO run started|INFO key refused|INFO run waits|INFO breaker opened|INFO run waits|ERROR run needs a person|ERROR run ended"
	if strings.Join(said, "|") != want {
		t.Errorf("%s\n want %s", strings.Join(said, "|"), want)
	}
	if strings.ContainsAny(got, "\x1b") || !strings.Contains(got, `input="a b.fountain"`) {
		t.Error(got)
	}
	if n := strings.Count(lines(slog.LevelDebug, events...), "\n"); n < 1000 {
		t.Errorf("with the attempts there are %d lines", n)
	}
}

// A run that no process carries is logged once, and again if it was carried in between.
func TestLog_UncarriedOnce(t *testing.T) {
	var b strings.Builder
	l := runlog.New(slog.New(slog.NewTextHandler(&b, nil)))
	list := []run.Overview{{RunID: "r1", Needs: []run.Need{{Kind: run.NeedKey, Name: "ANTHROPIC_API_KEY"}}}}
	l.Uncarried(list)
	l.Uncarried(list)
	l.Uncarried(nil)
	l.Uncarried(list)
	if n := strings.Count(b.String(), "ANTHROPIC_API_KEY"); n != 2 || !strings.Contains(b.String(), "level=ERROR") {
		t.Error(b.String())
	}
	l.Trouble(run.DiskFull, errors.New("full"))
	l.Trouble("", nil)
	if n := strings.Count(b.String(), "level=WARN"); n != 2 {
		t.Error(b.String())
	}
}

// What people do beside the runs is a line where others have to know of it.
func TestLog_StandaloneEvents(t *testing.T) {
	var b strings.Builder
	l := runlog.New(slog.New(slog.NewTextHandler(&b, nil)))
	by := event.Act{Actor: &event.Actor{Channel: event.ByPage, Name: new("ada")}, Reason: "no\nmoney"}
	for _, body := range []event.Body{
		event.ProviderHeld{Act: by, OfProvider: event.OfProvider{Provider: "anthropic"}},
		event.ProviderReleased{Act: by, OfProvider: event.OfProvider{Provider: "anthropic", Key: "ANTHROPIC_API_KEY"}},
		event.ProviderProbed{Act: by}, event.ProjectDeleted{Act: by}, event.InputDeleted{},
		event.BreakerChanged{}, event.CooldownStarted{}, event.ProjectCreated{}, event.ChatPosted{}, event.Unknown{Name: "later"},
	} {
		l.Observe(event.Event{Body: body})
	}
	got := b.String()
	if n := strings.Count(got, "\n"); n != 5 || strings.Contains(got, "run=") {
		t.Errorf("%d lines:\n%s", n, got)
	}
	if !strings.Contains(got, `msg="provider held" message="Ada held Anthropic until `) ||
		!strings.Contains(got, `reason="no money" by=page:ada`) {
		t.Errorf("%s", got)
	}
}
