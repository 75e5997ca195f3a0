package wording

import (
	"cmp"
	"fmt"

	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run/event"
)

// standalone returns what an event says that belongs to no run; "" for any other.
func standalone(e event.Event) string {
	switch b := e.Body.(type) {
	case event.ProjectCreated:
		return done("created the project "+name(b.DisplayName), b.Act)
	case event.ProjectChanged:
		return done("changed the settings of the project "+name(b.ProjectID), b.Act)
	case event.ProjectDeleted:
		return done(fmt.Sprintf("deleted the project %s with %s", name(b.ProjectID), Count(b.Runs, "run")), b.Act)
	case event.InputAdded:
		return done(fmt.Sprintf("added the file %s to the project %s", name(b.Filename), name(b.ProjectID)), b.Act)
	case event.InputDeleted:
		return done(fmt.Sprintf("deleted a file of the project %s with %s", name(b.ProjectID), Count(b.Runs, "run")), b.Act)
	case event.ArtifactEdited:
		return done(edited(b), b.Act)
	case event.ChatPosted:
		return done("posted a message in the project "+name(b.ProjectID), b.Act)
	case event.RunAcknowledged:
		return done("acknowledged run "+name(b.AboutRunID), b.Act)
	}
	return operated(e)
}

// operated returns what an event says about a provider, with or without an operator.
func operated(e event.Event) string {
	switch b := e.Body.(type) {
	case event.ProviderHeld:
		return done(fmt.Sprintf("held %s until %s", model(b.Provider, b.Model), At(b.Until.Time, e.Time)), b.Act)
	case event.ProviderReleased:
		return done(fmt.Sprintf("released %s", cmp.Or(model(b.Provider, b.Model), name(b.Key))), b.Act)
	case event.ProviderProbed:
		return done(fmt.Sprintf("sent the next request to %s as a probe", model(b.Provider, b.Model)), b.Act)
	case event.BreakerChanged:
		return changed(e, b)
	case event.CooldownStarted:
		text := fmt.Sprintf("%s is limited until %s: %s", model(b.Provider, b.Model), At(b.Until.Time, e.Time),
			b.ErrorClass.Clause(ProviderName(b.Provider)))
		if b.NeedsPerson {
			text += " (needs you)"
		}
		return text
	case event.CooldownEnded:
		return model(b.Provider, b.Model) + " is no longer limited"
	}
	return ""
}

// edited says what an act made of an artifact.
func edited(b event.ArtifactEdited) string {
	what := Artifact(b.Artifact.ArtifactType, b.Artifact.EntityID)
	switch b.Action {
	case event.Restored:
		return fmt.Sprintf("restored %s to version %d", what, b.Artifact.Version)
	case event.Confirmed:
		return fmt.Sprintf("confirmed %s in version %d", what, b.Artifact.Version)
	}
	return fmt.Sprintf("edited %s as version %d", what, b.Artifact.Version)
}

// changed says how a provider or model is doing after a transition of its breaker.
func changed(e event.Event, b event.BreakerChanged) string {
	t := event.Transition{Provider: b.Provider, Model: b.Model, From: breaker.State(b.From), Evidence: b.Evidence}
	body := event.Body(event.BreakerClosed{Transition: t})
	switch breaker.State(b.To) {
	case breaker.Open:
		body = event.BreakerOpened{Transition: t, Until: b.Until}
	case breaker.HalfOpen:
		body = event.BreakerProbing{Transition: t}
	}
	return turned(event.Event{Time: e.Time, Body: body})
}

// done says what an act did, by which actor, and why.
func done(what string, a event.Act) string {
	text := what
	if a.Actor != nil {
		text = actor(*a.Actor) + " " + what
	}
	if a.Reason != "" {
		text += ": " + quote(a.Reason)
	}
	return text
}

// channels are the ways by which actors act.
var channels = map[event.Channel]string{event.ByCommand: "the command line", event.ByAPI: "the API", event.ByPage: "the page"}

// actor names an actor, as the subject of a sentence.
func actor(a event.Actor) string {
	if a.Name == nil || *a.Name == "" {
		return "a user of " + cmp.Or(channels[a.Channel], "the server")
	}
	return name(*a.Name)
}

// actedBy names an actor at the end of a clause; "" for one without a name.
func actedBy(a event.Actor) string {
	if a.Name == nil || *a.Name == "" {
		return ""
	}
	return " by " + name(*a.Name)
}
