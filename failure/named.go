package failure

import (
	"strconv"
	"strings"
	"time"
)

// template is a command line of a remedy: words, with % for one that varies.
type template struct {
	words string
	make  func(given []string) (Remedy, bool)
}

// of1 and of2 make a remedy of the words that vary.
func of1(of func(string) Remedy) func([]string) (Remedy, bool) {
	return func(given []string) (Remedy, bool) { return of(given[0]), true }
}

func of2(of func(a, b string) Remedy) func([]string) (Remedy, bool) {
	return func(given []string) (Remedy, bool) { return of(given[0], given[1]), true }
}

func of0(of func() Remedy) func([]string) (Remedy, bool) {
	return func([]string) (Remedy, bool) { return of(), true }
}

// templates lists the command lines that hints name. Of two that fit, the longer one counts.
var templates = []template{
	{"run %", of1(RunFile)},
	{"retry %", of1(Retry)},
	{"retry % --full", of1(RetryFully)},
	{"retry % --from %", of2(RetryFrom)},
	{"retry % --max-cost %", func(given []string) (Remedy, bool) {
		usd, err := strconv.ParseFloat(given[1], 64)
		return RetryFor(given[0], usd), err == nil
	}},
	{"retry % --max-wait %", func(given []string) (Remedy, bool) {
		wait, err := time.ParseDuration(given[1])
		return RetryWaiting(given[0], wait), err == nil
	}},
	{"retry % --recipe %", of2(RetryBy)},
	{"recipes show % --file %", of1(ShowRecipe)},
	{"runs resume %", of1(Resume)},
	{"runs resume % --today", of1(ResumeToday)},
	{"runs watch %", of1(Watch)},
	{"runs ack %", of1(Acknowledge)},
	{"runs try-now %", of1(TryNow)},
	{"runs cancel %", of1(Cancel)},
	{"runs show %", of1(Show)},
	{"runs events %", of1(Events)},
	{"runs export % --output %", of1(Export)},
	{"runs export % --output % --overwrite", of2(ExportOver)},
	{"runs list", of0(ListRuns)},
	{"serve", of0(Serve)},
	{"providers", of0(Providers)},
	{"providers release % --reason %", of1(Release)},
	{"providers probe % --reason %", of1(Probe)},
	{"doctor", of0(Doctor)},
	{"data backup % --damaged", of0(Backup)},
	{"data check", of0(CheckData)},
	{"simulate --list", of0(Scenarios)},
}

// fits returns the remedy whose command line a text begins with.
func (t template) fits(text string) (Remedy, bool) {
	given, rest := []string{}, strings.TrimPrefix(text, Program)
	for _, word := range strings.Fields(t.words) {
		next, ok := strings.CutPrefix(rest, " ")
		if !ok {
			return Remedy{}, false
		}
		if word == "%" {
			end := len(next)
			if i := strings.IndexAny(next, " ,;\n"); i >= 0 {
				end = i
			}
			given, rest = append(given, next[:end]), next[end:]
			continue
		}
		if rest, ok = strings.CutPrefix(next, word); !ok {
			return Remedy{}, false
		}
	}
	r, ok := t.make(given)
	return r, ok && strings.HasPrefix(text, r.String())
}

// Named returns the remedies whose command lines a text names. It is for texts that were stored
// without their remedies; a command line that no remedy writes is not found.
func Named(text string) []Remedy {
	var found []Remedy
	for i := strings.Index(text, Program+" "); i >= 0; {
		longest, length := Remedy{}, len(Program)
		for _, t := range templates {
			if r, ok := t.fits(text[i:]); ok && len(r.String()) > length {
				longest, length = r, len(r.String())
			}
		}
		if length > len(Program) {
			found = append(found, longest)
		}
		text = text[i+length:]
		i = strings.Index(text, Program+" ")
	}
	return found
}

// WithoutCommands returns a text with the remedies that it names in words, for readers without a
// command line.
func WithoutCommands(text string) string {
	if !strings.Contains(text, Program+" ") {
		return text
	}
	return Rewrite(text, Named(text), Remedy.String, Remedy.Words)
}

// Requested returns the remedies that there is a request for, without their commands: what a
// program without a command line can do about something.
func Requested(remedies []Remedy) []Remedy {
	all := []Remedy{}
	for _, r := range remedies {
		if r.Command = nil; r.Endpoint != "" && r.Payload["recipe"] == nil { // a file of the command line is no recipe
			all = append(all, r)
		}
	}
	return all
}
