package host

import (
	"errors"
	"os/exec"
	"runtime"
	"strings"
)

// Browse shows an address in the person's browser: by a program of the variable BROWSER, which lists
// some with colons between them, else by the system's own. It returns when a program has begun, which
// is left alone, and calls failed later if that one ends with a failure.
func Browse(address string, getenv func(string) string, failed func(error)) error {
	programs := browsers(runtime.GOOS, getenv)
	err := errors.New("there is no display")
	for _, words := range programs {
		cmd := exec.Command(words[0], with(words[1:], address)...) //nolint:gosec // the person's own choice
		leaveAlone(cmd)
		if err = cmd.Start(); err == nil {
			go func() {
				if err := cmd.Wait(); err != nil {
					failed(err)
				}
			}()
			return nil
		}
	}
	return err
}

// browsers lists the command lines that may show an address, best first.
func browsers(system string, getenv func(string) string) (all [][]string) {
	for one := range strings.SplitSeq(getenv("BROWSER"), ":") {
		if words := strings.Fields(one); len(words) > 0 {
			all = append(all, words)
		}
	}
	switch {
	case len(all) > 0:
	case system == "windows":
		all = [][]string{{"rundll32", "url.dll,FileProtocolHandler"}}
	case system == "darwin":
		all = [][]string{{"open"}}
	case getenv("WSL_DISTRO_NAME") != "":
		all = [][]string{{"wslview"}, {"xdg-open"}}
	case getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != "": // else xdg-open takes the terminal
		all = [][]string{{"xdg-open"}}
	}
	return all
}

// with puts an address where %s stands in the words of a command, else behind them.
func with(words []string, address string) []string {
	out := make([]string, 0, len(words)+1)
	placed := false
	for _, w := range words {
		placed = placed || strings.Contains(w, "%s")
		out = append(out, strings.ReplaceAll(w, "%s", address))
	}
	if !placed {
		out = append(out, address)
	}
	return out
}
