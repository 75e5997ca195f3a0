package document_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/cineforge/cineforge/screenplay/document"
)

// found are the digests of what each version of the reader finds in the samples. Where what is found
// changes, the version has to: what was found before is kept by it.
var found = map[string]string{"1": "d4542d3509dbfd0bd60a453d9857a9cccc19de3b14a216bd03d8307b32c1dbc0"}

func TestVersion_ChangesWithWhatIsFound(t *testing.T) {
	sum := sha256.New()
	for _, folder := range []string{"../../samples", "../../stage/testdata"} {
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if filepath.Base(file) == "README.md" {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := document.Reader{}.Read(t.Context(), filepath.Base(file), data)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			report, err := json.Marshal(document.Summary(doc))
			if err != nil {
				t.Fatal(err)
			}
			sum.Write(report)
			sum.Write([]byte(doc.Kind))
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != found[document.Version] {
		t.Errorf("version %s finds %s: what is found has changed; raise Version and add its digest here", document.Version, got)
	}
}
