package diagnosis_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
)

// labelled is a real failure with what it is to be taken for.
type labelled struct {
	ID             string            `json:"id"`
	Provider       string            `json:"provider"`
	HTTPStatus     *int              `json:"http_status"`
	Headers        map[string]string `json:"headers"`
	Body           string            `json:"body"`
	TransportError *string           `json:"transport_error"`
	Stream         bool              `json:"stream"`
	ExpectedClass  failure.Class     `json:"expected_class"`
	Retryable      bool              `json:"retryable"`
	Fallback       struct {
		OtherModel    string `json:"other_model_same_provider"`
		OtherProvider string `json:"other_provider"`
	} `json:"fallback"`
	ProviderWide string        `json:"provider_wide"`
	RetryAfter   *float64      `json:"retry_after_s"`
	Note         string        `json:"note"`
	Scope        failure.Scope `json:"scope"`
}

func (l labelled) evidence() diagnosis.Evidence {
	e := diagnosis.Evidence{Provider: l.Provider, Body: l.Body, Stream: l.Stream, Header: http.Header{}}
	if l.HTTPStatus != nil {
		e.Status = *l.HTTPStatus
	}
	for k, v := range l.Headers {
		e.Header.Set(k, v)
	}
	if l.TransportError != nil {
		e.Err = diagnosis.Reported(*l.TransportError)
	}
	return e
}

// differences names what a diagnosis has otherwise than the label.
func (l labelled) differences(f *failure.Error) []string {
	var diffs []string
	note := func(name string, got, want any) {
		if got != want {
			diffs = append(diffs, fmt.Sprintf("%s %v, want %v", name, got, want))
		}
	}
	note("class", f.Class, l.ExpectedClass)
	note("retryable", f.Effect.Retryable, l.Retryable)
	note("other model", f.Effect.OtherModel, l.Fallback.OtherModel == "yes")
	note("other provider", f.Effect.OtherProvider, l.Fallback.OtherProvider == "yes")
	note("scope", f.Effect.Scope, l.Scope)
	note("provider-wide", f.Effect.ProviderWide(), l.ProviderWide == "yes")
	switch {
	case (f.RetryAfter == nil) != (l.RetryAfter == nil):
		note("hint", fmt.Sprint(f.RetryAfter), fmt.Sprint(l.RetryAfter))
	case l.RetryAfter != nil && math.Abs(f.RetryAfter.Seconds()-*l.RetryAfter) > 0.05:
		note("hint", f.RetryAfter.Seconds(), *l.RetryAfter)
	}
	return diffs
}

// corpus reads the real failures, which lie beside the checkout on some machines.
func corpus(t testing.TB, path string) []labelled {
	t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("NOT TESTED: the diagnosis of real failures, as %s is not there", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []labelled
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l labelled
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func shared(t testing.TB, name string) string {
	t.Helper()
	if path := os.Getenv("CINEFORGE_CORPUS"); path != "" {
		return path
	}
	return filepath.Join("..", "..", "..", "shared", name)
}

// argued are lines whose label has another defensible reading, with the reason why
// ours differs.
var argued = map[string]string{}

// Every real failure gets the class, the effects, the scope and the delay that
// people gave it.
func TestOf_RealFailures(t *testing.T) {
	confused := map[[2]failure.Class]int{}
	all := corpus(t, shared(t, "errors/real-errors.jsonl"))
	for _, l := range all {
		f := diagnosis.Of(l.evidence())
		confused[[2]failure.Class{l.ExpectedClass, f.Class}]++
		diffs := l.differences(f)
		if _, ok := argued[l.ID]; ok {
			if len(diffs) == 0 {
				t.Errorf("%s is argued about for nothing", l.ID)
			}
			continue
		}
		if len(diffs) > 0 {
			t.Errorf(
				"%s (%s): %s\n\tbody %s\n\tnote %s",
				l.ID,
				f.Rule,
				strings.Join(diffs, "; "),
				strings.Join(strings.Fields(l.Body), " "),
				l.Note,
			)
		}
	}
	t.Logf("%d real failures, label by class:\n%s", len(all), table(confused))
}

func table(confused map[[2]failure.Class]int) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	keys := slices.SortedFunc(maps.Keys(confused), func(a, b [2]failure.Class) int {
		return strings.Compare(string(a[0]+a[1]), string(b[0]+b[1]))
	})
	fmt.Fprintln(w, "label\tclass\tlines")
	for _, k := range keys {
		fmt.Fprintf(w, "%s\t%s\t%d\n", k[0], k[1], confused[k])
	}
	w.Flush()
	return b.String()
}
