package wording

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/run/event"
)

// members are those of an event's body that a sentence about a change beside the runs can name.
type members struct {
	ProjectID    string       `json:"project_id"`
	Name         string       `json:"name"`
	InputName    string       `json:"input_name"`
	Provider     string       `json:"provider"`
	Model        string       `json:"model"`
	ArtifactType string       `json:"artifact_type"`
	EntityID     string       `json:"entity_id"`
	Version      int          `json:"version"`
	Action       string       `json:"action"`
	To           string       `json:"to"`
	Reason       string       `json:"reason"`
	Until        *time.Time   `json:"until"`
	Actor        *event.Actor `json:"actor"`
}

// besideRuns returns what an event says by its name and the members that most of those have which
// belong to no run; otherwise what it returns for an event of another name.
func besideRuns(e event.Event, otherwise string) string {
	data, err := event.EncodeBody(e.Body)
	if err != nil {
		return otherwise
	}
	var m members
	if err := json.Unmarshal(data, &m); err != nil {
		m = members{}
	}
	text := m.change(e, e.Body.EventName())
	if text == "" {
		return otherwise
	}
	if m.Actor != nil {
		text += by(*m.Actor)
	}
	if m.Reason != "" {
		text += ": " + quote(m.Reason)
	}
	return text
}

// change returns what happened to what; "" for a name that is none of these.
func (m members) change(e event.Event, name string) string {
	switch name {
	case "project_created":
		return "the project " + m.project() + " was created"
	case "project_changed":
		return "the project " + m.project() + " was changed"
	case "project_deleted":
		return "the project " + m.project() + " was deleted"
	case "input_added":
		return m.input() + " was added to the project " + m.project()
	case "input_deleted":
		return m.input() + " was deleted from the project " + m.project()
	case "artifact_edited":
		return m.edited()
	case "chat_posted":
		return "a message was posted in the project " + m.project()
	case "run_acknowledged":
		return "the run was marked as seen"
	case "provider_held":
		text := model(m.Provider, m.Model) + " is held"
		if m.Until != nil {
			text += " until " + At(*m.Until, e.Time)
		}
		return text
	case "provider_released":
		return model(m.Provider, m.Model) + " was released and can be asked again"
	case "provider_probed":
		return "the next request goes to " + model(m.Provider, m.Model) + ", to see whether it answers"
	case "breaker_changed":
		return m.transition(e)
	}
	return ""
}

func (m members) project() string { return name(m.ProjectID) }

func (m members) input() string { return "the file " + name(cmp.Or(m.InputName, m.Name)) }

// edited says what a person did to an artifact.
func (m members) edited() string {
	what := Artifact(m.ArtifactType, m.EntityID)
	switch m.Action {
	case "restore":
		return fmt.Sprintf("%s was restored to an earlier version, as version %d", what, m.Version)
	case "confirm":
		return fmt.Sprintf("version %d of %s was confirmed", m.Version, what)
	}
	return fmt.Sprintf("%s was edited, as version %d", what, m.Version)
}

// transition says what a breaker of a provider or model changed to.
func (m members) transition(e event.Event) string {
	t := event.Transition{Provider: m.Provider, Model: m.Model}
	switch m.To {
	case "open":
		text := model(m.Provider, m.Model) + " has been out since " + At(e.Time, e.Time)
		if m.Until != nil {
			text += " and is asked again at " + At(*m.Until, e.Time)
		}
		return text
	case "half_open":
		return breaker(event.Event{Time: e.Time, Body: event.BreakerProbing{Transition: t}})
	}
	return breaker(event.Event{Time: e.Time, Body: event.BreakerClosed{Transition: t}})
}

// by says who did something, and how.
func by(a event.Actor) string {
	how := map[event.Channel]string{
		event.ByCommand: " on the command line", event.ByAPI: " through the API", event.ByPage: " on the page",
	}[a.Channel]
	if a.Name == nil || *a.Name == "" {
		return how
	}
	return " by " + name(*a.Name) + how
}
