package event

import "strings"

// Candidate is a model that a run pins as one that may answer. What makes it the same one
// in another process is its dialect, its origin and its model; the rest is for people.
type Candidate struct {
	Provider string `json:"provider"` // as the process named it that pinned the candidate
	Model    string `json:"model"`
	Dialect  string `json:"dialect"`          // that the provider speaks, such as "anthropic"
	Origin   string `json:"origin,omitempty"` // scheme and host, and the port unless the host is private; "" for the offline model
	Key      string `json:"key,omitempty"`    // the variable that holds the key; "" if it takes none
}

// Route is what a process has to reach for the candidate to be asked: any model can be
// asked there.
func (c Candidate) Route() string { return strings.TrimRight(c.Dialect+" "+c.Origin, " ") }

// Offline is the dialect of the offline model, which is asked nowhere.
const Offline = "offline"

// Identity names the candidate: two of the same identity are the same one.
func (c Candidate) Identity() string { return c.Dialect + " " + c.Origin + " " + c.Model }
