package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"cineforge/internal/app"
	"cineforge/internal/sqlite"
	"cineforge/run"
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
func (c *completionCmd) Run(s streams) error {
	_, err := fmt.Fprint(s.out, completionScripts[c.Shell])
	return err
}

type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run prints the words that can come next, one a line.
func (c *completeCmd) Run(ctx context.Context, k *kong.Kong, g *cli, s streams) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	last := ""
	if len(words) > 0 {
		words, last = words[:len(words)-1], words[len(words)-1]
	}
	for _, candidate := range nextWords(ctx, k.Model.Node, words, last, g) {
		if strings.HasPrefix(candidate, last) {
			fmt.Fprintln(s.out, candidate)
		}
	}
	return nil
}

// nextWords lists what can stand behind words: flags if a dash has been typed,
// else commands or what the command's argument can be.
func nextWords(ctx context.Context, root *kong.Node, words []string, last string, g *cli) []string {
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
			found = append(found, runIDs(ctx, g)...)
		case len(arg.EnumSlice()) > 0:
			found = append(found, arg.EnumSlice()...)
		}
	}
	return found
}

// runIDs lists the runs, if there are any yet.
func runIDs(ctx context.Context, g *cli) []string {
	if _, err := os.Stat(filepath.Join(g.Data, sqlite.FileName)); err != nil {
		return nil
	}
	a, err := app.Open(ctx, g.Data, g.models)
	if err != nil {
		return nil
	}
	defer a.Close()
	var ids []string
	for r, err := range a.Store.Runs(ctx, run.Part{}) {
		if err != nil || len(ids) == 100 {
			break
		}
		ids = append(ids, r.RunID)
	}
	return ids
}
