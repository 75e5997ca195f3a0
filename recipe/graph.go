package recipe

// graph holds, for each stage by its place in the recipe, the stages that it
// refers to. References that lead nowhere, or to the stage itself, are left out.
type graph struct {
	waits  [][]int // what has to be done before: needs, needs_all, after
	inputs [][]int // what it takes artifacts from: needs, needs_all
}

func graphOf(stages []Stage) graph {
	place := make(map[string]int, len(stages))
	for i, s := range stages {
		if _, taken := place[s.ID]; !taken {
			place[s.ID] = i
		}
	}
	edges := func(from int, ids []string) []int {
		var to []int
		for _, id := range ids {
			if i, ok := place[id]; ok && i != from {
				to = append(to, i)
			}
		}
		return to
	}
	g := graph{make([][]int, len(stages)), make([][]int, len(stages))}
	for i, s := range stages {
		g.waits[i] = edges(i, s.waitsFor())
		g.inputs[i] = edges(i, s.Inputs())
	}
	return g
}

// reach returns from and all that edges lead to from there.
func (g graph) reach(from int, edges [][]int) map[int]bool {
	seen := map[int]bool{from: true}
	for todo := []int{from}; len(todo) > 0; {
		at := todo[0]
		todo = todo[1:]
		for _, next := range edges[at] {
			if !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return seen
}

// followers returns the waits the other way round: the stages that wait for each stage.
func (g graph) followers() [][]int {
	back := make([][]int, len(g.waits))
	for i, waits := range g.waits {
		for _, j := range waits {
			back[j] = append(back[j], i)
		}
	}
	return back
}

// order returns the stages so that each comes behind those it waits for, and
// otherwise as declared. Stages in a cycle are left out.
func (g graph) order() []int {
	done := make([]bool, len(g.waits))
	var order []int
	for progress := true; progress; {
		progress = false
		for i, waits := range g.waits {
			if !done[i] && all(waits, done) {
				done[i] = true
				progress = true
				order = append(order, i)
				break // an earlier stage may have become ready
			}
		}
	}
	return order
}

func all(places []int, done []bool) bool {
	for _, i := range places {
		if !done[i] {
			return false
		}
	}
	return true
}

// cycle returns a shortest circle through the first stage that is in one, with
// that stage at both ends; nil if there is none.
func (g graph) cycle() []int {
	for start := range g.waits {
		came := map[int]int{}
		for todo := []int{start}; len(todo) > 0; {
			at := todo[0]
			todo = todo[1:]
			for _, next := range g.waits[at] {
				if next == start {
					path := []int{start}
					for ; at != start; at = came[at] {
						path = append([]int{at}, path...)
					}
					return append([]int{start}, path...)
				}
				if _, seen := came[next]; !seen {
					came[next] = at
					todo = append(todo, next)
				}
			}
		}
	}
	return nil
}
