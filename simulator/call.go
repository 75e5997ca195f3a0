package simulator

import (
	"sync"
	"time"
)

// Call is what a provider saw and did of one call. It holds no text of the prompt
// and no key.
type Call struct {
	Number    int       `json:"number"` // from 1, over all providers
	Time      time.Time `json:"time"`
	Provider  string    `json:"provider"`
	API       string    `json:"api"` // messages, chat, responses, generate or stream_generate
	Model     string    `json:"model"`
	Nth       int       `json:"nth"` // which call of its provider since the scenario was set, from 1
	Streaming bool      `json:"streaming"`
	RequestID string    `json:"request_id"` // as sent to the client; "" if the vendor sends none
	Prompt    string    `json:"prompt"`     // SHA-256 of all text of the prompt, in hex

	Status  int    `json:"status"`  // 0: none was sent
	Rule    string `json:"rule"`    // what decided; "" if nothing did
	Fault   string `json:"fault"`   // what it did, such as error:overloaded; "" is fine
	Note    string `json:"note"`    // how the fault was played, if not as it is named
	Problem string `json:"problem"` // what is wrong with the request; "" if nothing is

	InputTokens  int `json:"input_tokens"` // the size of the prompt
	CachedTokens int `json:"cached_tokens"`
	OutputTokens int `json:"output_tokens"` // that were sent, thoughts included

	Ended      bool          `json:"ended"`       // false: the call is under way
	Complete   bool          `json:"complete"`    // what was answered, be it an error, went out to its end
	ClientLeft bool          `json:"client_left"` // the client went away first
	Duration   time.Duration `json:"duration_ns"`
}

// defaultLog is how many calls are remembered if Options does not say.
const defaultLog = 100_000

// journal remembers calls, the last of them if there are too many.
type journal struct {
	mu    sync.Mutex
	most  int
	calls []*Call
}

// add remembers a call and gives it its number.
func (j *journal) add(c *Call, number int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	c.Number = number
	if len(j.calls) >= j.most {
		j.calls = append(j.calls[:0:0], j.calls[len(j.calls)/4+1:]...)
	}
	j.calls = append(j.calls, c)
}

// change changes a remembered call and returns it as it is now.
func (j *journal) change(c *Call, change func(*Call)) Call {
	j.mu.Lock()
	defer j.mu.Unlock()
	change(c)
	return *c
}

func (j *journal) all() []Call {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]Call, len(j.calls))
	for i, c := range j.calls {
		out[i] = *c
	}
	return out
}
