package systemtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/memory"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/stage"
)

// planned is a drill that is planned, then run.
type planned struct {
	scenario string
	file     string
	ask      func(r *runs.Request)
}

// plannedDrills are scenarios in which all is well, or another model takes over, with scripts and
// options of all kinds.
func plannedDrills() []planned {
	without := func(names ...string) func(*runs.Request) {
		return func(r *runs.Request) { r.WithoutProviders = names }
	}
	order := func(names ...string) func(*runs.Request) {
		return func(r *runs.Request) { r.ProviderOrder = names }
	}
	chain := func(stageID string, models ...string) func(*runs.Request) {
		return func(r *runs.Request) { r.Chains = map[string][]string{stageID: models} }
	}
	endAt := func(id string) func(*runs.Request) { return func(r *runs.Request) { r.EndAt = id } }
	return []planned{
		{"healthy", "the_tide_clock.fountain", nil},
		{"healthy", "night_bus.txt", nil},
		{"healthy", "lighthouse.md", nil},
		{"healthy", "letter.txt", nil},
		{"healthy", "kiosk.md", nil},
		{"healthy", "play.txt", nil},
		{"healthy", "the_tide_clock.fountain", without("anthropic")},
		{"healthy", "night_bus.txt", without("anthropic", "openai")},
		{"healthy", "letter.txt", without("anthropic")},
		{"healthy", "the_tide_clock.fountain", order("google")},
		{"healthy", "letter.txt", order("openai", "google")},
		{"healthy", "night_bus.txt", chain("extract_scenes", "gpt-4.1", "claude-opus-4-6")},
		{"healthy", "lighthouse.md", chain("project_config", "gemini-3-flash-preview")},
		{"healthy", "the_tide_clock.fountain", endAt("extract_scenes")},
		{"healthy:anthropic", "the_tide_clock.fountain", nil},
		{"healthy:openai,google", "night_bus.txt", nil},
		{"S17", "the_tide_clock.fountain", nil},
		{"S17", "night_bus.txt", without("google")},
		{"S17", "lighthouse.md", chain("extract_scenes", "claude-haiku-4-5", "gpt-5.2")},
		{"S17", "letter.txt", nil},
		{"S18", "night_bus.txt", nil},
		{"S01", "the_tide_clock.fountain", nil},
		{"S03", "night_bus.txt", nil},
		{"S05", "lighthouse.md", nil},
		{"S15", "the_tide_clock.fountain", order("anthropic", "google")},
		{"S08", "night_bus.txt", nil},
		{"S28", "the_tide_clock.fountain", without("openai")},
		{"S46", "night_bus.txt", nil},
		{"S62", "the_tide_clock.fountain", nil},
		{"slow", "lighthouse.md", order("openai")},
	}
}

func storyFile(t *testing.T, name string) stage.File {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../samples", name))
	if err != nil {
		data, err = os.ReadFile(filepath.Join("../../stage/testdata", name))
	}
	if err != nil {
		t.Fatal(err)
	}
	return stage.File{Name: name, Data: data}
}

// A plan says what a run then does: the stages, the first candidates, the units, and what the answers
// cost. Where all is well the cost is in the range of the first candidates; where others take
// over, in that of all. It holds with nothing known before, and with what earlier drills took.
func TestPlan_SaysWhatARunDoes(t *testing.T) {
	drills := plannedDrills()
	if len(drills) < 30 {
		t.Fatalf("%d drills", len(drills))
	}
	synctest.Test(t, func(t *testing.T) {
		config := app.Config{Catalog: known(t)}
		shared := app.New(memory.New().Seams(), t.TempDir(), config)
		table := []string{fmt.Sprintf("%-26s %-24s %-15s %-17s %-17s %8s", "drill", "script", "basis", "planned USD", "if any USD", "was")}
		for i, d := range drills {
			ask := runs.Request{File: storyFile(t, d.file), RecipeID: "mvp_ingest", Request: accepting(true), New: true}
			ask.Drill = d.scenario
			if d.ask != nil {
				d.ask(&ask)
			}
			for _, a := range []*app.App{app.New(memory.New().Seams(), t.TempDir(), config), shared} {
				plan, err := a.Runs.Plan(t.Context(), ask)
				if err != nil {
					t.Errorf("drill %d: %v", i, err)
					continue
				}
				id, _, err := a.Runs.Start(t.Context(), ask)
				if err == nil {
					err = a.Runs.Execute(t.Context(), id, nil)
				}
				if err != nil {
					t.Fatal(err)
				}
				state, err := run.Load(t.Context(), a.Reader.Store, id)
				if err != nil {
					t.Fatal(err)
				}
				for _, wrong := range d.compare(plan, state) {
					t.Errorf("drill %d, %s, %s: %s", i, d.scenario, d.file, wrong)
				}
				table = append(table, fmt.Sprintf("%-26s %-24s %-15s %-17s %-17s %8.4f", d.scenario, d.file, basisOf(plan), usd(plan.CostUSD),
					usd(plan.IfAnyUSD), state.SimulatedCostUSD))
			}
		}
		t.Log("\n" + strings.Join(table, "\n"))
	})
}

// compare says what a run did otherwise than was planned.
func (d planned) compare(plan run.StartPlan, s run.State) (wrong []string) {
	note := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	well := strings.HasPrefix(d.scenario, "healthy") || d.scenario == "slow"
	if s.Status != run.RunDone {
		note("the run is %s", s.Status)
	}
	var order []string
	known := true
	asked := false
	for _, st := range plan.Stages {
		order = append(order, st.StageID)
		is, _ := s.Stage(st.StageID)
		if st.Units == nil {
			known = false
			if st.Unknown == "" || st.Estimate != nil {
				note("%s: %+v", st.StageID, st)
			}
			continue
		}
		if *st.Units != is.UnitsTotal {
			note("%s: %d units, not %d", st.StageID, is.UnitsTotal, *st.Units)
		}
		answers := 0
		for _, a := range is.Attempts {
			if a.Answered() {
				answers++
			}
		}
		if *st.Requests != answers {
			note("%s: %d answers, not %d", st.StageID, answers, *st.Requests)
		}
		if answers > 0 && (well || !asked) {
			asked = true
			if first := is.Attempts[0]; st.First == nil || *st.First != first.Provider+":"+first.Model {
				note("%s: first asked is %s, not %v", st.StageID, first.Model, st.First)
			}
		}
	}
	if !slices.Equal(order, s.StageOrder) {
		note("stages %v, not %v", s.StageOrder, order)
	}
	within := plan.CostUSD
	if !well {
		within = plan.IfAnyUSD
	}
	if (within != nil) != known {
		note("cost %v", within)
	}
	if within != nil && (s.SimulatedCostUSD < within.Low || s.SimulatedCostUSD > within.High) {
		note("it cost $%.4f, and %s were planned", s.SimulatedCostUSD, usd(within))
	}
	return wrong
}

// usd writes a range of amounts.
func usd(r *run.Range) string {
	if r == nil {
		return "unknown"
	}
	return fmt.Sprintf("%.4f to %.4f", r.Low, r.High)
}

// basisOf is what the estimate of most requests is from.
func basisOf(plan run.StartPlan) (basis run.EstimateBasis) {
	most := 0
	for _, st := range plan.Stages {
		if st.Estimate != nil && *st.Requests > most {
			basis, most = st.Estimate.Basis, *st.Requests
		}
	}
	return basis
}
