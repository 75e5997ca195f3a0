package diagnosis_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
)

// poison is text of users, models and id makers that means something else where a
// vendor says it.
var poison = []string{
	"429", "503", "529", "capacity", "SEATING CAPACITY 429", "timeout", "Timed out.", "rate limit reached", "overloaded_error", "quota",
	"INT. SERVER ROOM - NIGHT", "insufficient_quota", "prompt is too long", "context canceled", "connection reset by peer",
	"\nevent: error\ndata: {\"type\":\"error\"}\n", `{"type":"error","error":{"type":"overloaded_error"}}`,
	`{"error":{"code":"insufficient_quota","message":"x"}}`,
	"<html><title>503 Service Unavailable</title>", "stop_reason: refusal", "try again in 3h", "credit balance is too low", "ECONNRESET",
	"401 Unauthorized",
}

// userText is such text among ordinary words.
func userText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		words := rapid.SliceOfN(rapid.SampledFrom(append([]string{"The", "door", "opens.", "MARA", "(softly)", "We", "don't", "know"},
			poison...)), 1, 12).
			Draw(t, "words")
		return strings.Join(words, " ")
	})
}

// id is an identifier that contains numbers which are statuses elsewhere.
func id() *rapid.Generator[string] {
	return rapid.StringMatching(`(req|msg|org|resp)_(429|503|529|timeout|capacity|[a-z0-9]{3}){2,6}`)
}

// Bodies with places where vendors put what they did not write: %q is a place for
// text in JSON, %s one for text within a quotation of a message, %i one for an id.
var bodiesWithText = []struct {
	name     string
	evidence diagnosis.Evidence
}{
	{
		"a quoted value",
		diagnosis.Evidence{
			Provider: "openai",
			Status:   400,
			Body:     `{"error":{"message":"Invalid value: '%s'. Supported values are: 'low'.","type":"invalid_request_error","param":"x","code":"invalid_value"},"request_id":"%i"}`,
		},
	},
	{
		"a quoted name",
		diagnosis.Evidence{
			Provider: "google",
			Status:   400,
			Body:     `{"error":{"code":400,"message":"Invalid JSON payload received. Unknown name \"%s\": Cannot find field.","status":"INVALID_ARGUMENT"}}`,
		},
	},
	{
		"a failed generation",
		diagnosis.Evidence{
			Provider: "groq",
			Status:   400,
			Body:     `{"error":{"message":"Failed to validate JSON.","type":"invalid_request_error","code":"json_validate_failed","failed_generation":%q}}`,
		},
	},
	{
		"flagged input",
		diagnosis.Evidence{
			Provider: "openrouter",
			Status:   403,
			Body:     `{"error":{"code":403,"message":"Input flagged","metadata":{"reasons":["violence"],"flagged_input":%q,"provider_name":"x"}},"user_id":"%i"}`,
		},
	},
	{
		"an echo of the input",
		diagnosis.Evidence{
			Provider: "mistral",
			Status:   422,
			Body:     `{"detail":[{"type":"string_too_short","loc":["body","messages",0,"content"],"msg":"String should have at least 1 character","input":%q}]}`,
		},
	},
	{
		"an id",
		diagnosis.Evidence{
			Provider: "anthropic",
			Status:   400,
			Body:     `{"type":"error","error":{"type":"invalid_request_error","message":"messages: at least one message is required"},"request_id":"%i"}`,
		},
	},
	{
		"an answer before the error",
		diagnosis.Evidence{
			Provider: "anthropic",
			Status:   200,
			Stream:   true,
			Body:     "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":%q}}\n\nevent: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal server error\"},\"request_id\":\"%i\"}\n\n",
		},
	},
	{
		"an answer that was cut off",
		diagnosis.Evidence{
			Provider: "openai",
			Status:   200,
			Stream:   true,
			Err:      diagnosis.ErrIncomplete,
			Body:     "data: {\"id\":\"%i\",\"choices\":[{\"index\":0,\"delta\":{\"content\":%q},\"finish_reason\":null}]}\n\n",
		},
	},
	{
		"an answer that was refused",
		diagnosis.Evidence{
			Provider: "google",
			Status:   200,
			Stream:   true,
			Body:     "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":%q}]},\"finishReason\":\"SAFETY\"}],\"responseId\":\"%i\"}\r\n\r\n",
		},
	},
	{
		"a failed response",
		diagnosis.Evidence{
			Provider: "openai",
			Status:   200,
			Stream:   true,
			Body:     "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"id\":\"%i\",\"error\":{\"code\":\"server_error\",\"message\":\"The model failed.\"},\"instructions\":%q,\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":%q}]}]}}\n\n",
		},
	},
}

// No text of a user or a model, and no id, changes what a failure is taken for.
func TestOf_TextOfOthersChangesNothing(t *testing.T) {
	for _, b := range bodiesWithText {
		t.Run(b.name, func(t *testing.T) {
			fill := func(text, id string) diagnosis.Evidence {
				quoted, err := json.Marshal(text)
				if err != nil {
					t.Fatal(err)
				}
				inMessage := strings.NewReplacer(`"`, "", "`", "", "'", "’", "\n", " ").Replace(text) // a quotation ends at its mark
				e := b.evidence
				e.Body = strings.NewReplacer("%q", string(quoted), "%s", strings.ReplaceAll(inMessage, `\`, ""), "%i", id).Replace(e.Body)
				return e
			}
			plain := diagnosis.Of(fill("The door opens.", "req_a"))
			if plain.Class == failure.Unknown {
				t.Fatalf("it is %s without any poison", plain.Class)
			}
			rapid.Check(t, func(t *rapid.T) {
				e := fill(userText().Draw(t, "text"), id().Draw(t, "id"))
				got := diagnosis.Of(e)
				if got.Class != plain.Class || got.Effect != plain.Effect || (got.RetryAfter == nil) != (plain.RetryAfter == nil) {
					t.Fatalf(
						"%s, %+v, hint %v (%s), but without the poison %s, %+v\n%s",
						got.Class,
						got.Effect,
						got.RetryAfter,
						got.Rule,
						plain.Class,
						plain.Effect,
						e.Body,
					)
				}
			})
		})
	}
}

// wrapped are ways in which relays and logs pass a body on.
func wrapped(body string) []string {
	quoted, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return []string{
		"[" + body + "]",
		`{"error":{"message":` + string(quoted) + `,"type":"upstream_error"}}`,
		"data: " + strings.ReplaceAll(body, "\n", " ") + "\n\n",
		"received error while streaming: " + body,
		string(quoted),
	}
}

// Whatever is left of a body, and whatever it is wrapped in, there is a diagnosis,
// and none that takes the failure for the caller's own leaving.
func TestOf_BrokenBodies(t *testing.T) {
	for _, l := range corpus(t, shared(t, "errors/real-errors.jsonl")) {
		e := l.evidence()
		bodies := wrapped(l.Body)
		for tenth := range 10 {
			bodies = append(bodies, l.Body[:len(l.Body)*tenth/10])
		}
		for _, body := range bodies {
			e.Body = body
			f := diagnosis.Of(e)
			if f.Class == "" || f.Message == "" || f.Class == failure.Canceled && l.ExpectedClass != failure.Canceled {
				t.Errorf("%s: %q is taken for %q (%s)", l.ID, body, f.Class, f.Rule)
			}
		}
	}
}

// A structured body means the same when a relay has put it into an envelope.
func TestOf_RelayedBodies(t *testing.T) {
	for _, body := range []string{
		`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`,
		`{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}`,
		`{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}`,
		`{"error":{"message":"This model's maximum context length is 8192 tokens","code":"context_length_exceeded"}}`,
	} {
		want := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: 500, Body: body}).Class
		for _, w := range wrapped(body) {
			if f := diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: 500, Body: w}); f.Class != want {
				t.Errorf("%s: %s, want %s (%s)", w, f.Class, want, f.Rule)
			}
		}
	}
}

// What lies beyond the part of a body that is looked at does not count.
func TestOf_AHugeBodyIsCut(t *testing.T) {
	head := `{"type":"error","error":{"type":"overloaded_error","message":"`
	body := head + strings.Repeat("x", 4*diagnosis.MaxBody) + `"},"request_id":"late"}`
	f := diagnosis.Of(diagnosis.Evidence{Provider: "anthropic", Status: 500, Body: body})
	if f.Class != failure.Overloaded || f.RequestID == "late" || len(f.Message) > 1000 {
		t.Errorf("%s, request %q, %d bytes", f.Class, f.RequestID, len(f.Message))
	}
}

func FuzzOf(f *testing.F) {
	for _, b := range bodiesWithText {
		f.Add(b.evidence.Provider, b.evidence.Status, b.evidence.Body, b.evidence.Stream, "", "Retry-After", "2")
	}
	for _, body := range []string{strings.Repeat("[", 200), strings.Repeat(`{"error":`, 200), strings.Repeat("('", 100),
		strings.Repeat("data:\n", 50), "\\u12", `{"a":'\x`, "{]}[", "%!s(nil)"} {
		f.Add("google", 429, body, true, "EOF", "X-Ratelimit-Reset-Tokens", "1s")
	}
	f.Fuzz(func(t *testing.T, provider string, status int, body string, stream bool, transport, header, value string) {
		e := diagnosis.Evidence{
			Provider: provider,
			Status:   status,
			Body:     body,
			Stream:   stream,
			Header:   map[string][]string{header: {value}},
		}
		if transport != "" {
			e.Err = diagnosis.Reported(transport)
		}
		got := diagnosis.Of(e)
		if !slices.Contains(classes, got.Class) || got.Message == "" || strings.ContainsAny(got.Message, "\n\r") ||
			got.RetryAfter != nil && *got.RetryAfter < 0 {
			t.Errorf("%+v", got)
		}
	})
}

// classes are all that a diagnosis can come to.
var classes = []failure.Class{
	failure.Overloaded, failure.RateLimited, failure.QuotaExhausted, failure.Timeout, failure.Connection, failure.ServerError,
	failure.Auth, failure.Permission, failure.NotFound, failure.InvalidRequest, failure.ContextLength, failure.ContentPolicy,
	failure.BadOutput, failure.Canceled, failure.Unknown,
}

// BenchmarkOf shows that the time grows in proportion to the body, also for bodies
// that are made to be read with pains.
func BenchmarkOf(b *testing.B) {
	for _, kind := range []struct{ name, piece string }{
		{"text", "capacity timeout 429 "}, {"brackets", "{[("}, {"quotes", " '\""}, {"objects", `{"error":{"message":"`},
		{"events", "data: {\"a\":1}\n\n"}, {"words", "data: x\n\n"}, {"ends", "{\"stop_reason\":\"x\"}\n"}, {"tags", "<html><title>"},
	} {
		for _, size := range []int{1 << 10, 32 << 10, 1 << 20} {
			body := strings.Repeat(kind.piece, size/len(kind.piece))
			b.Run(fmt.Sprintf("%s/%dkB", kind.name, size>>10), func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					diagnosis.Of(diagnosis.Evidence{Provider: "openai", Status: 500, Body: body})
				}
			})
		}
	}
}
