package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/runs"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (completionCmd) Help() string {
	return `Examples:
  source <(cineforge completion bash)
  source <(cineforge completion zsh)
  cineforge completion fish | source`
}

// The scripts ask the program itself for the words that can come next; where it
// has none, the shell completes file names.
var completionScripts = map[string]string{
	"bash": `_cineforge() {
  local IFS=$'\n'
  COMPREPLY=($(cineforge __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _cineforge cineforge
`,
	"zsh": `#compdef cineforge
_cineforge() {
  local -a found
  found=("${(@f)$(cineforge __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _cineforge cineforge
`,
	"fish": `function __cineforge_complete
  set -l words (commandline -opc) (commandline -ct)
  cineforge __complete -- $words[2..-1] 2>/dev/null
end
complete -c cineforge -a '(__cineforge_complete)'
`,
}

// Run does the command.
func (c *completionCmd) Run(s console.Streams) error {
	_, err := fmt.Fprint(s.Out, completionScripts[c.Shell])
	return err
}

type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run prints the words that can come next, one a line.
func (c *completeCmd) Run(ctx context.Context, k *kong.Kong, g *cli, s console.Streams) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	last := ""
	if len(words) > 0 {
		words, last = words[:len(words)-1], words[len(words)-1]
	}
	for _, candidate := range nextWords(k.Model.Node, words, last, func() []string { return runIDs(ctx, g, s) }) {
		if strings.HasPrefix(candidate, last) {
			fmt.Fprintln(s.Out, candidate)
		}
	}
	return nil
}

// nextWords lists what can stand behind words: flags if a dash has been typed,
// else commands or what the command's argument can be.
func nextWords(root *kong.Node, words []string, last string, ids func() []string) []string {
	node := root
	for _, w := range words {
		for _, child := range node.Children {
			if child.Name == w {
				node = child
			}
		}
	}
	var found []string
	if strings.HasPrefix(last, "-") {
		for n := node; n != nil; n = n.Parent {
			for _, f := range n.Flags {
				found = append(found, "--"+f.Name)
			}
		}
		return found
	}
	for _, child := range node.Children {
		if !child.Hidden {
			found = append(found, child.Name)
		}
	}
	for _, arg := range node.Positional {
		switch {
		case arg.Name == "id":
			found = append(found, ids()...)
		case len(arg.EnumSlice()) > 0:
			found = append(found, arg.EnumSlice()...)
		}
	}
	return found
}

// completionTime limits how long a completion waits for ids.
const completionTime = 2 * time.Second

// runIDs lists the newest runs, if there are any yet.
func runIDs(ctx context.Context, g *cli, s console.Streams) (ids []string) {
	if g.empty() {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, completionTime)
	defer stop()
	sys, err := g.open(ctx, s)
	if err != nil {
		return nil
	}
	defer sys.Close() //nolint:errcheck // it was only looked at
	list, err := sys.Runs(ctx, runs.Filter{Limit: 100})
	if err != nil {
		return nil
	}
	for _, r := range list {
		ids = append(ids, r.RunID)
	}
	return ids
}
