package recipe_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/recipe"
)

// dag is a random recipe, and what it says as plain sets.
type dag struct {
	ids    []string
	waits  map[string][]string // all three kinds
	inputs map[string][]string // needs and needs_all
	source string
}

// drawDAG draws an acyclic recipe. The stages are declared in another order than
// the one that they can run in.
func drawDAG(t *rapid.T) dag {
	n := rapid.IntRange(1, 9).Draw(t, "stages")
	d := dag{waits: map[string][]string{}, inputs: map[string][]string{}}
	for i := range n {
		d.ids = append(d.ids, fmt.Sprintf("s%d", i))
	}
	rank := rapid.Permutation(d.ids).Draw(t, "rank")
	var b strings.Builder
	b.WriteString(head + "stages:\n")
	for _, id := range d.ids {
		fmt.Fprintf(&b, "  - id: %s\n    module: free\n", id)
		fields := map[string][]string{}
		for _, other := range rank[:slices.Index(rank, id)] {
			field := rapid.SampledFrom([]string{"", "", "needs", "needs_all", "after"}).Draw(t, id+" on "+other)
			fields[field] = append(fields[field], other)
		}
		for _, field := range []string{"needs", "needs_all", "after"} {
			if len(fields[field]) > 0 {
				fmt.Fprintf(&b, "    %s: [%s]\n", field, strings.Join(fields[field], ", "))
			}
			d.waits[id] = append(d.waits[id], fields[field]...)
		}
		d.inputs[id] = slices.Concat(fields["needs"], fields["needs_all"])
	}
	d.source = b.String()
	return d
}

// behind says for each pair of stages whether the second is reached from the
// first over waits (Warshall's algorithm; every stage reaches itself).
func (d dag) behind() map[[2]string]bool {
	reach := map[[2]string]bool{}
	for _, a := range d.ids {
		reach[[2]string{a, a}] = true
		for _, b := range d.waits[a] {
			reach[[2]string{a, b}] = true
		}
	}
	for _, via := range d.ids {
		for _, a := range d.ids {
			for _, b := range d.ids {
				if reach[[2]string{a, via}] && reach[[2]string{via, b}] {
					reach[[2]string{a, b}] = true
				}
			}
		}
	}
	return reach
}

func planDAG(t *rapid.T, d dag, from, to string) (*recipe.Plan, error) {
	r, err := recipe.Parse("f.yaml", []byte(d.source))
	if err != nil {
		t.Fatalf("%v\n%s", err, d.source)
	}
	return r.Compile(recipe.PlanOptions{Modules: recipe.Modules{"free": {}}, StartFrom: from, EndAt: to})
}

func TestPlan_Order(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDAG(t)
		p, err := planDAG(t, d, "", "")
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, s := range p.Stages {
			// Of those declared earlier, none that is still to come could have come now.
			for _, other := range d.ids[:slices.Index(d.ids, s.ID)] {
				if !slices.Contains(order, other) && !slices.ContainsFunc(d.waits[other], func(w string) bool { return !slices.Contains(order, w) }) {
					t.Errorf("%s comes before %s, which was ready and is declared earlier\n%s", s.ID, other, d.source)
				}
			}
			for _, w := range d.waits[s.ID] {
				if !slices.Contains(order, w) {
					t.Errorf("%s comes before %s, which it waits for\n%s", s.ID, w, d.source)
				}
			}
			if got := s.Inputs(); !slices.Equal(got, d.inputs[s.ID]) {
				t.Errorf("%s has the inputs %v, want %v", s.ID, got, d.inputs[s.ID])
			}
			order = append(order, s.ID)
		}
		if slices.Sort(order); !slices.Equal(order, d.ids) {
			t.Errorf("the plan has the stages %v, want %v", order, d.ids)
		}
	})
}

func TestPlan_Slice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDAG(t)
		ends := append([]string{""}, d.ids...)
		from := rapid.SampledFrom(ends).Draw(t, "from")
		to := rapid.SampledFrom(ends).Draw(t, "to")
		behind := d.behind()
		var want []string
		for _, id := range d.ids {
			if (from == "" || behind[[2]string{id, from}]) && (to == "" || behind[[2]string{to, id}]) {
				want = append(want, id)
			}
		}
		p, err := planDAG(t, d, from, to)
		if len(want) == 0 {
			if err == nil {
				t.Errorf("%s to %s: an empty slice is no error\n%s", from, to, d.source)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(slices.Values(selected(p))); !slices.Equal(got, want) {
			t.Errorf("%q to %q: got %v, want %v\n%s", from, to, got, want, d.source)
		}
	})
}

// A run that starts what is ready, in any pace, never starts a stage before what
// it waits for, starts all of the slice once, and never gets stuck.
func TestPlan_ReadyInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDAG(t)
		from := rapid.SampledFrom(append([]string{""}, d.ids...)).Draw(t, "from")
		p, err := planDAG(t, d, from, "")
		if err != nil {
			t.Fatal(err)
		}
		inSlice := selected(p)
		done := map[string]bool{}
		for len(done) < len(inSlice) {
			ready := p.Ready(func(id string) bool { return done[id] })
			for _, id := range inSlice {
				waiting := slices.ContainsFunc(d.waits[id], func(w string) bool { return slices.Contains(inSlice, w) && !done[w] })
				if want := !waiting && !done[id]; slices.Contains(ready, id) != want {
					t.Fatalf("done %v: ready are %v, but it should be %t of %s\n%s", done, ready, want, id, d.source)
				}
			}
			if len(ready) == 0 || slices.ContainsFunc(ready, func(id string) bool { return !slices.Contains(inSlice, id) }) {
				t.Fatalf("done %v: ready are %v of %v\n%s", done, ready, inSlice, d.source)
			}
			done[rapid.SampledFrom(ready).Draw(t, "ends")] = true
		}
		if ready := p.Ready(func(id string) bool { return done[id] }); len(ready) > 0 {
			t.Errorf("all is done, and %v are ready", ready)
		}
	})
}

func TestParse_CyclesAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDAG(t)
		behind := d.behind()
		a := rapid.SampledFrom(d.ids).Draw(t, "a")
		b := rapid.SampledFrom(d.ids).Draw(t, "b")
		if a == b || !behind[[2]string{a, b}] || slices.Contains(d.waits[b], a) {
			t.Skip("no circle to close")
		}
		d.waits[b] = append(d.waits[b], a) // a waits for b already
		closing := fmt.Sprintf("  - id: %s\n    module: free\n", b)
		source := strings.Replace(d.source, closing, closing+"    store_inputs: {}\n", 1)
		if field := "    after: ["; strings.Contains(stageText(source, b), field) {
			source = strings.Replace(source, stageText(source, b), strings.Replace(stageText(source, b), field, field+a+", ", 1), 1)
		} else {
			source = strings.Replace(source, closing, closing+"    after: ["+a+"]\n", 1)
		}
		_, err := recipe.Parse("f.yaml", []byte(source))
		_, circle, found := strings.Cut(fmt.Sprint(err), "stages wait for each other: ")
		if !found {
			t.Fatalf("got %v\n%s", err, source)
		}
		circle, _, _ = strings.Cut(circle, ";")
		names := strings.Split(circle, " → ")
		if len(names) < 3 || names[0] != names[len(names)-1] {
			t.Errorf("%q is no circle\n%s", circle, source)
		}
		for i := range len(names) - 1 {
			if !slices.Contains(d.waits[names[i]], names[i+1]) {
				t.Errorf("%q: %s does not wait for %s\n%s", circle, names[i], names[i+1], source)
			}
		}
	})
}

// stageText returns the lines of a stage.
func stageText(source, id string) string {
	start := strings.Index(source, "  - id: "+id+"\n")
	if end := strings.Index(source[start+1:], "  - id: "); end >= 0 {
		return source[start : start+1+end]
	}
	return source[start:]
}
