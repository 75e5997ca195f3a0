package providers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// DrillPrefix begins the ids of drills, and the names of their projects.
const DrillPrefix = project.DrillPrefix

// OfDrills reports whether a project is one of drills.
func OfDrills(projectID string) bool { return strings.HasPrefix(projectID, DrillPrefix) }

const drillNotice = "This is a drill: the simulator plays all providers, by its scenario %s. %s " +
	"Nothing is asked of a real provider, nothing is paid, and the answers mean nothing."

// notice is what a user has to know of the drill.
func (d drill) notice() string {
	return fmt.Sprintf(drillNotice, d.scenario.Name, d.scenario.Description)
}

// CheckScratch refuses a retry of a drill that an earlier version put into a project of real
// runs, as what it makes up would be the project's latest.
func CheckScratch(parent run.State) error {
	if parent.Drill == "" || strings.HasPrefix(parent.ProjectID, DrillPrefix) {
		return nil
	}
	return failure.New(failure.Input, fmt.Sprintf("run %s is a drill of an earlier version, in project %s of real runs",
		parent.RunID, parent.ProjectID),
		"run the file again with --drill "+parent.Drill)
}

// drillHost is a host that does not exist.
const drillHost = "http://simulator.invalid"

// drill is a scenario of the simulator, and the providers that can be asked in it.
type drill struct {
	scenario  scenario.Scenario
	providers []Provider
}

// parseDrill reads NAME, or NAME:PROVIDER,... for some of the standard providers only.
func parseDrill(text string) (drill, error) {
	name, some, limited := strings.Cut(text, ":")
	scenario, err := simulator.Find(name)
	if err != nil {
		return drill{}, failure.New(failure.Input, err.Error(), "").Advised("for their names: %s", failure.Scenarios())
	}
	env := map[string]string{}
	for _, v := range simulator.BaseURLs(drillHost) {
		env[v.Name] = v.Value
	}
	d := drill{scenario: scenario, providers: FromEnvironment(func(name string) string { return env[name] })}
	wanted := strings.Split(some, ",")
	for i, p := range d.providers {
		if at := slices.Index(wanted, p.Name); !limited || at >= 0 {
			d.providers[i].Key = "simulated"
			if limited {
				wanted = slices.Delete(wanted, at, at+1)
			}
		}
	}
	if limited && len(wanted) > 0 {
		return drill{}, failure.New(failure.Input, fmt.Sprintf("a drill has no provider %q", wanted[0]),
			"the providers are anthropic, openai and google")
	}
	return d, nil
}

// Drills lists the scenarios that a run can be started with.
func Drills() []health.Drill {
	all := []health.Drill{}
	for _, s := range simulator.Builtin() {
		d := health.Drill{
			Name: s.Name, ID: s.ID, Title: titleOf(s.Name), Description: s.Description, Providers: []string{},
			Status: run.Status(cmp.Or(s.Ends, string(run.RunDone))),
		}
		for _, name := range []string{Anthropic, OpenAI, Google} {
			if s.Hits(name) {
				d.Providers = append(d.Providers, name)
			}
		}
		if length, ok := s.Length(); ok {
			d.Seconds = new(length.Seconds())
		}
		all = append(all, d)
	}
	return all
}

// titleOf writes the name of a scenario as a title.
func titleOf(name string) string {
	words := strings.ReplaceAll(name, "-", " ")
	for _, proper := range []string{Anthropic, OpenAI, Google} {
		words = strings.ReplaceAll(words, proper, wording.ProviderName(proper))
	}
	return strings.TrimSuffix(wording.Sentence(words), ".")
}

// CheckScenario returns an error if a drill can't be of a scenario, by its id or name.
func CheckScenario(name string) error {
	_, err := parseDrill(name)
	return err
}

// SameScenario reports whether a drill is of a scenario, by its id or name, whichever
// providers take part in it.
func SameScenario(name, drill string) bool {
	name, _, _ = strings.Cut(name, ":")
	played, _, _ := strings.Cut(drill, ":")
	wanted, err := simulator.Find(name)
	if err != nil {
		return false
	}
	return strings.EqualFold(played, wanted.ID) || strings.EqualFold(played, wanted.Name)
}

// modelSource returns a source whose providers are a simulator in this process. It shares
// neither keys nor what is known of the providers' health with real runs, but has the
// time limits that those have.
func (d drill) modelSource(real Models) pipeline.ModelSource {
	sim := simulator.New(d.scenario, simulator.Options{})
	for _, p := range real.Providers {
		if i := slices.IndexFunc(d.providers, func(q Provider) bool { return q.Name == p.Name }); i >= 0 {
			d.providers[i].Limits = p.Limits
		}
	}
	return pipeline.ModelSource{
		Candidates: NewSource(Models{Providers: d.providers, Catalog: real.Catalog, Transport: sim.Transport()}),
		Router:     chain.New(chain.Options{}),
	}
}
