// Package words serves the words in which names of programs are put to people.
package words

import (
	"context"
	"encoding/json"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/wording"
)

// ifChanged asks for something unless it still has the client's tag.
type ifChanged struct {
	Match string `header:"If-None-Match" maxLength:"200"`
}

// Register registers the endpoints.
func Register(r *endpoint.Router) {
	endpoint.HandleTagged(r, endpoint.Conditional(endpoint.Get("failures", "/failures",
		"The classes of failures: what each means, whose fault it is and what to do")), failures)
	endpoint.HandleTagged(r, endpoint.Conditional(endpoint.Get("words", "/words",
		"The words for people of the names of events, statuses and reasons")), vocabulary)
}

func failures(_ context.Context, in *ifChanged) (endpoint.Tagged[[]client.FailureClass], error) {
	all := []client.FailureClass{}
	for _, c := range failure.Classes() {
		effect := failure.EffectOf(c)
		all = append(all, client.FailureClass{
			Class: c, Title: c.Title(), Explanation: wording.Sentence(c.Meaning()), Action: wording.Sentence(c.Action()),
			Fault: c.Fault(), Retryable: effect.Retryable, Scope: effect.Scope,
		})
	}
	return unlessSame(in.Match, all)
}

func vocabulary(_ context.Context, in *ifChanged) (endpoint.Tagged[client.Vocabulary], error) {
	return unlessSame(in.Match, client.Vocabulary(wording.All()))
}

// unlessSame answers with something and the tag of its content, unless the client has that.
func unlessSame[T any](has string, v T) (endpoint.Tagged[T], error) {
	data, err := json.Marshal(v)
	if err != nil {
		return endpoint.Tagged[T]{}, err
	}
	tag := endpoint.Tag(data)
	if endpoint.Matches(has, tag) {
		return endpoint.Tagged[T]{}, endpoint.NotModified(tag)
	}
	return endpoint.Tagged[T]{ETag: tag, Body: v}, nil
}
