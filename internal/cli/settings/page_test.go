package settings

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/llm/openaicompat"
)

// What docs/config.md shows as a file is one, and it names all dialects.
func TestParse_ThePageOfTheDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	var file strings.Builder
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		file.WriteString(block[1])
	}
	c, err := Parse("config.md", []byte(file.String()), nil)
	if err != nil || len(c.providers) != 3 || len(c.entries) != 3 {
		t.Errorf("%d providers, %d models: %v", len(c.providers), len(c.entries), err)
	}
	for _, name := range openaicompat.Dialects() {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("dialect %s is not named", name)
		}
	}
}
