package document_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay/document"
)

func TestReader_LimitsAreKept(t *testing.T) {
	const text = "INT. HALL - DAY\n\nA door.\n"
	for name, test := range map[string]struct {
		options document.Options
		want    string
	}{
		"as large as allowed": {document.Options{MaxBytes: int64(len(text)), Timeout: time.Minute}, ""},
		"too large":           {document.Options{MaxBytes: 10}, "a.txt is larger than 10 bytes"},
		"too slow":            {document.Options{Timeout: 1}, "a.txt takes longer than 1ns to read"},
	} {
		r := document.Reader{Options: test.options}
		_, err := r.Read(t.Context(), "a.txt", []byte(text))
		_, again := r.ReadText(t.Context(), document.Text{Name: "a.txt", Text: text})
		for _, err := range []error{err, again} {
			if test.want == "" && err != nil || test.want != "" &&
				(failure.ClassOf(err) != failure.Input || !strings.HasPrefix(err.Error(), test.want)) {
				t.Errorf("%s: %v, want %q", name, err, test.want)
			}
		}
	}
}

func TestReader_ContextEndsReading(t *testing.T) {
	stopped := errors.New("stopped")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(stopped)
	if _, err := (document.Reader{}).Read(ctx, "a.txt", []byte("INT. HALL\n")); !errors.Is(err, stopped) {
		t.Errorf("Read: %v", err)
	}
	if _, err := (document.Reader{}).ReadText(ctx, document.Text{Text: "INT. HALL\n"}); !errors.Is(err, stopped) {
		t.Errorf("ReadText: %v", err)
	}
}

// What Read has found is all that ReadText needs to find the same.
func TestReader_ReadTextFindsWhatReadFound(t *testing.T) {
	for name, data := range map[string]string{
		"a.fountain": "# Act\n\nINT. HALL - DAY\n\nA door.\r\n",
		"a.md":       "# Title\n\n## INT. HALL - DAY\n\nA door.\n",
		"b.md":       "INT. HALL - DAY\n\nA door.\n",
		"c.md":       "Once upon a time.\n",
		"a.txt":      "```\nINT. HALL - DAY\n\nA door.\n```\n",
		"a":          "\xef\xbb\xbfINT. HALL - DAY\n\n\fANNA\nCaf\u00e9\x00.\n",
		"b":          "```\nINT. HALL - DAY\n```\n",
	} {
		want, err := document.Reader{}.Read(t.Context(), name, []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []string{want.Format, ""} {
			got, err := document.Reader{}.ReadText(t.Context(), document.Text{Name: name, Format: format, Text: want.Text})
			if err != nil {
				t.Fatal(err)
			}
			ignored := cmp.Options{cmpopts.IgnoreUnexported(document.Document{}), cmpopts.IgnoreFields(document.Document{}, "Size", "Warnings")}
			if diff := cmp.Diff(want, got, ignored); diff != "" {
				t.Errorf("%s as %q: %s", name, format, diff)
			}
		}
	}
}

func TestReader_ReadTextTakesAnyNameAsText(t *testing.T) {
	for name, format := range map[string]string{"script.fdx": "fdx", "script.pdf": "pdf", "script.docx": "", "page.html": "html"} {
		d, err := document.Reader{}.ReadText(t.Context(), document.Text{Name: name, Format: format, Text: "INT. HALL - DAY\n\n```\n\nA door.\n"})
		if err != nil || d.Kind != document.Screenplay || d.Name != name || format != "" &&
			(d.Format != format || !strings.Contains(d.Script.Elements[2].Text, "```")) {
			t.Errorf("%s: %v %+v", name, err, d)
		}
	}
	for _, text := range []string{"%PDF-1.7\n\nINT. HALL - DAY\n", "<html>\n\nINT. HALL - DAY\n"} {
		if _, err := (document.Reader{}).ReadText(t.Context(), document.Text{Name: "a.txt", Text: text}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
