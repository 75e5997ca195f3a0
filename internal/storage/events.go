package storage

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run/event"
)

// The standalone events of what a store changes. The actor of a change is that of its context.

func act(ctx context.Context) event.Act { return event.Act{Actor: event.ActorOf(ctx)} }

// ProjectCreated returns the event of a project that is made.
func ProjectCreated(ctx context.Context, p project.Project) event.Standalone {
	return event.ProjectCreated{Act: act(ctx), OfProject: event.OfProject{ProjectID: p.ID}, DisplayName: p.Name}
}

// ProjectChanged returns the events of a change of a project's settings: none if they are the
// same.
func ProjectChanged(ctx context.Context, before, after project.Project) []event.Standalone {
	var changed []string
	if before.Name != after.Name {
		changed = append(changed, "display_name")
	}
	if !maps.EqualFunc(before.Preferences, after.Preferences, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
		changed = append(changed, "preferences")
	}
	if changed == nil {
		return nil
	}
	return []event.Standalone{event.ProjectChanged{
		Act: act(ctx), OfProject: event.OfProject{ProjectID: after.ID}, DisplayName: after.Name, Changed: changed,
	}}
}

// InputAdded returns the event of a file that is added to a project.
func InputAdded(ctx context.Context, projectID string, in project.Input) event.Standalone {
	return event.InputAdded{
		Act: act(ctx), OfProject: event.OfProject{ProjectID: projectID}, Input: in.Name, Filename: in.Original,
		InputDigest: in.Digest, SizeBytes: in.Size,
	}
}

// ProjectDeleted returns the event of a project that is deleted.
func ProjectDeleted(ctx context.Context, id string, d Deleted) event.Standalone {
	return event.ProjectDeleted{
		Act: act(ctx), OfProject: event.OfProject{ProjectID: id}, Runs: d.Runs, Inputs: d.Inputs, Artifacts: d.Artifacts,
	}
}

// InputDeleted returns the event of a file that is deleted.
func InputDeleted(ctx context.Context, projectID, name string, d Deleted) event.Standalone {
	return event.InputDeleted{
		Act: act(ctx), OfProject: event.OfProject{ProjectID: projectID}, Input: name, Runs: d.Runs, Artifacts: d.Artifacts,
	}
}

// ChatPosted returns the event of a message that is posted in a project.
func ChatPosted(ctx context.Context, projectID string, m project.Message) event.Standalone {
	return event.ChatPosted{Act: act(ctx), OfProject: event.OfProject{ProjectID: projectID}, MessageID: m.ID}
}

// Event returns the event of the change, by which a version has become the current one, or was
// confirmed.
func (c ArtifactChange) Event(ctx context.Context, projectID string, current artifact.Ref) event.Standalone {
	did := act(ctx)
	did.Reason = c.Reason
	return event.ArtifactEdited{Act: did, OfProject: event.OfProject{ProjectID: projectID}, Action: c.Action, Artifact: current}
}

// TransitionEvent returns the event of a transition of a breaker, or of what an operator did at
// a provider.
func TransitionEvent(ctx context.Context, t health.Transition) event.Standalone {
	of := event.OfProvider{Provider: t.Provider(), Endpoint: t.Endpoint, Model: t.Model, Key: t.Key}
	did := act(ctx)
	did.Reason = strings.TrimSuffix(t.Evidence, " ("+t.Key+")") // the log of transitions has no place for it
	switch t.To {
	case health.DidHold:
		return event.ProviderHeld{Act: did, OfProvider: of, Until: event.Timestamp{Time: t.Until}, Breaker: t.From}
	case health.DidRelease:
		return event.ProviderReleased{Act: did, OfProvider: of, Breaker: t.From}
	case health.DidProbe:
		return event.ProviderProbed{Act: did, OfProvider: of, Breaker: t.From}
	}
	return event.BreakerChanged{
		OfProvider: of, From: t.From, To: t.To, Evidence: t.Evidence, Until: event.Timestamp{Time: t.Until},
	}
}

// CooldownEvents returns the events of a record that takes the place of another one: one if
// both are of a cooldown that begins, gets another end, or ends before its time.
func CooldownEvents(before, after health.Record) []event.Standalone {
	now, ok := after.Cooldown()
	if !ok || after.Version <= before.Version {
		return nil
	}
	provider, _, _ := strings.Cut(after.Endpoint, "@")
	key, _, _ := strings.Cut(now.Credential, "#")
	of := event.OfProvider{Provider: provider, Endpoint: after.Endpoint, Model: now.Model, Key: key}
	was, _ := before.Cooldown()
	switch at := time.Now(); {
	case now.Until.After(at) && (!now.Until.Equal(was.Until) || now.Class != was.Class):
		return []event.Standalone{event.CooldownStarted{
			OfProvider: of, Until: event.Timestamp{Time: now.Until}, ErrorClass: now.Class, NeedsPerson: now.Person,
		}}
	case !now.Until.After(at) && was.Until.After(at):
		return []event.Standalone{event.CooldownEnded{OfProvider: of}}
	}
	return nil
}
