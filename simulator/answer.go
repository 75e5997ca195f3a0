package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
	"github.com/cineforge/cineforge/simulator/internal/schema"
	"github.com/cineforge/cineforge/simulator/internal/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// digest names the text of a prompt.
func digest(req wire.Request) string {
	sum := sha256.Sum256([]byte(req.Text()))
	return hex.EncodeToString(sum[:])
}

// seedFor returns what an answer depends on besides the request: the same prompt gets
// the same answer under the same seed.
func seedFor(seed uint64, prompt string) uint64 {
	sum := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), prompt...))
	return binary.BigEndian.Uint64(sum[:])
}

// compose returns the answer to a request, as an output fault spoils it.
func compose(req wire.Request, fault scenario.Fault, seed uint64) wire.Answer {
	a := wire.Answer{Request: req, Text: healthy(req, seed)}
	if fault.Text != nil {
		a.Text = *fault.Text
	}
	spoil(&a, fault, seed)
	thought := req.Thinking
	room := wire.Tokens(a.Text)
	if req.MaxTokens >= 0 {
		thought = min(thought, req.MaxTokens)
		room = req.MaxTokens - thought
	}
	if a.Finish == wire.Blocked || fault.Output == "empty" || a.Finish == wire.Refused && req.API == wire.Messages {
		thought = 0
	}
	if wire.Tokens(a.Text) > room {
		a.Text = wire.Head(a.Text, room)
		if a.Finish == wire.Stop {
			a.Finish = wire.Length
		}
	}
	a.Usage = wire.Usage{Input: req.InputTokens(), Output: thought + wire.Tokens(a.Text), Thinking: thought}
	return a
}

// form returns the schema of an answer: the one that the API was given, or one that
// stands in the instructions.
func form(req wire.Request) *schema.Schema {
	if req.Schema != nil {
		return req.Schema
	}
	return schema.Find(req.System)
}

// healthy returns what a model would say.
func healthy(req wire.Request, seed uint64) string {
	asked := form(req)
	switch {
	case asked != nil:
		return string(jsondoc.Encode(asked.Instance(req.Last, seed)))
	case req.JSON:
		return string(jsondoc.Encode(jsondoc.New("answer", strings.Join(schema.Sentences(req.Last, seed, 2), " "))))
	}
	return strings.Join(schema.Sentences(req.Last, seed, 4), " ")
}

// spoil makes an answer one that is complete and no good.
func spoil(a *wire.Answer, fault scenario.Fault, seed uint64) {
	req := a.Request
	half := (wire.Tokens(a.Text) + 1) / 2
	switch fault.Output {
	case "wrong_schema":
		a.Text = `{"unexpected":"This is not what was asked for."}`
		if asked := form(req); asked != nil {
			a.Text = string(jsondoc.Encode(asked.Wrong(req.Last, seed)))
		}
	case "prose":
		a.Text = "Here is the JSON you asked for:\n\n" + a.Text + "\n\nLet me know if you need anything else."
	case "fenced":
		a.Text = "```json\n" + a.Text + "\n```"
	case "truncated":
		a.Text = wire.Head(a.Text, half)
		a.Finish = wire.Length
	case "content_filter":
		a.Text = wire.Head(a.Text, half)
		a.Finish = wire.Filtered
	case "empty":
		a.Text = ""
	case "refusal":
		a.Text = ""
		a.Finish = wire.Refused
		switch {
		case req.API == wire.Chat || req.API == wire.Responses:
			a.Text = "I'm sorry, but I can't assist with that request."
		case fault.BlockPrompt && req.API != wire.Messages:
			a.Finish = wire.Blocked
		}
	}
}
