package simulator

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/cineforge/cineforge/simulator/scenario"
)

// control answers the paths below /_simulator/: what happened, and what is to happen.
func (s *Simulator) control(w http.ResponseWriter, r *http.Request, path string) {
	switch r.Method + " " + path {
	case "GET calls":
		writeJSON(w, s.Calls())
	case "GET scenario":
		s.showScenario(w)
	case "PUT scenario":
		scenario, err := readScenario(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.SetScenario(scenario)
		s.showScenario(w)
	default:
		http.NotFound(w, r)
	}
}

// readScenario returns the scenario that a request names or brings.
func readScenario(r *http.Request) (scenario.Scenario, error) {
	if name := r.URL.Query().Get("name"); name != "" {
		return Find(name)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, scenario.MaxFile+1))
	if err != nil {
		return scenario.Scenario{}, err
	}
	return scenario.Parse("body", body)
}

func (s *Simulator) showScenario(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(s.Scenario().YAML()) // a client that went away needs no answer
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // a client that went away needs no answer
}
