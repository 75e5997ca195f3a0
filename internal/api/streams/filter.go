package streams

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/spelling"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// MaxFollowed limits the runs that one filter can name.
const MaxFollowed = 200

// filterParams describes the parameters by which a client says which events it wants.
func filterParams() []*huma.Param {
	return []*huma.Param{
		endpoint.QueryParam("topics", "What the events are about, with commas between: "+strings.Join(topicNames(), ", ")+"."),
		endpoint.QueryParam("kinds", "Only events of these names, with commas between."),
		endpoint.QueryParam("runs", "Only events of these runs: ids with commas between."),
		endpoint.QueryParam("project", "Only events of this project."),
	}
}

// readFilter reads which events a client wants.
func readFilter(r *http.Request) (of run.EventFilter, err error) {
	of = run.EventFilter{ProjectID: r.URL.Query().Get("project"), Runs: list(r, "runs"), Kinds: list(r, "kinds")}
	if len(of.Runs) > MaxFollowed || slices.ContainsFunc(of.Runs, func(id string) bool { return !runs.ValidRunID(id) }) {
		return of, problem.Refuse(http.StatusUnprocessableEntity, "invalid_request",
			fmt.Sprintf("runs is no list of up to %d ids of runs", MaxFollowed), "put commas between them")
	}
	topics := list(r, "topics")
	if err := known("topic", topics, topicNames()); err != nil {
		return of, err
	}
	for _, t := range topics {
		of.Topics = append(of.Topics, event.Topic(t))
	}
	return of, known("kind of event", of.Kinds, event.Names())
}

func topicNames() (names []string) {
	for _, t := range event.Topics() {
		names = append(names, string(t))
	}
	return names
}

// list reads a list of a query; nil if it has none.
func list(r *http.Request, name string) []string {
	text := r.URL.Query().Get(name)
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// known returns a problem if one of some names is unknown.
func known(what string, names, all []string) error {
	for _, name := range names {
		if !slices.Contains(all, name) {
			return problem.Refuse(http.StatusUnprocessableEntity, "invalid_request",
				fmt.Sprintf("there is no %s %q", what, endpoint.Clip(name)), nearest(name, all))
		}
	}
	return nil
}

// nearest hints at the name that was meant, or lists all.
func nearest(name string, all []string) string {
	if hint := spelling.Meant(name, all); hint != "" {
		return hint
	}
	return "there are " + strings.Join(all, ", ")
}

// flag reads a switch of a query, which is off where the query has none.
func flag(r *http.Request, name string) (bool, error) {
	switch text := r.URL.Query().Get(name); text {
	case "", "0", "false":
		return false, nil
	case "1", "true":
		return true, nil
	default:
		return false, problem.Refuse(http.StatusUnprocessableEntity, "invalid_request",
			fmt.Sprintf("%s is %q, which is neither 1 nor 0", name, endpoint.Clip(text)), "")
	}
}
