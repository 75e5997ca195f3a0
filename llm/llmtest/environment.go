package llmtest

import (
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// strayed is in what the variables of the environment hold, and in nothing that is sent.
const strayed = "from-the-environment"

// variables are what the vendors' SDKs read for themselves.
var variables = map[string]string{
	"ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "", "ANTHROPIC_PROFILE": "", "ANTHROPIC_BASE_URL": "http://%s.test",
	"ANTHROPIC_CUSTOM_HEADERS": "X-Stray: %s", "ANTHROPIC_ORGANIZATION_ID": "", "ANTHROPIC_WORKSPACE_ID": "",
	"OPENAI_API_KEY": "", "OPENAI_ADMIN_KEY": "", "OPENAI_ORG_ID": "", "OPENAI_PROJECT_ID": "", "OPENAI_BASE_URL": "http://%s.test",
	"OPENAI_CUSTOM_HEADERS": "X-Stray: %s",
	"GEMINI_API_KEY":        "", "GOOGLE_API_KEY": "", "GOOGLE_CLOUD_PROJECT": "", "GOOGLE_CLOUD_LOCATION": "", "GOOGLE_CLOUD_REGION": "",
	"GOOGLE_GEMINI_BASE_URL": "http://%s.test", "GOOGLE_VERTEX_BASE_URL": "http://%s.test",
	"GOOGLE_GENAI_USE_VERTEXAI": "true", "GOOGLE_GENAI_USE_ENTERPRISE": "true",
}

// keyHeaders carry keys.
var keyHeaders = []string{"Authorization", "X-Api-Key", "X-Goog-Api-Key", "Api-Key"}

// checkEnvironment holds an adapter to it that a request is its endpoint's: neither the
// address nor the key nor anything else of it is the environment's.
func checkEnvironment(t *testing.T, s Subject) {
	log.SetOutput(io.Discard) // an SDK writes there which of the keys it prefers
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	checkSent(t, s) // a key that is set elsewhere must not be needed
	for name, value := range variables {
		switch {
		case value == "":
			value = strayed
		case strings.Contains(value, "%s"):
			value = strings.Replace(value, "%s", strayed, 1)
		}
		t.Setenv(name, value)
	}
	checkSent(t, s)
}

func checkSent(t *testing.T, s Subject) {
	for name, e := range map[string]wire.Endpoint{
		"with a key": {BaseURL: s.BaseURL, Key: Key}, "without a key": {BaseURL: s.BaseURL}, "at the vendor": {Key: Key},
	} {
		var sent *http.Request
		var body string
		sim := simulator.New(scenario.Scenario{}, simulator.Options{})
		e.Provider = s.Provider
		e.Model = s.Model
		e.Spec = spec
		e.Transport = tap{sim.Transport(), func(r *http.Request, data []byte) {
			sent = r
			body = string(data)
		}}
		_, err := s.New(e).Generate(t.Context(), Question())
		if sent == nil {
			t.Errorf("%s: nothing was sent: %v", name, err)
			continue
		}
		if base, _ := url.Parse(s.BaseURL); e.BaseURL != "" && sent.URL.Host != base.Host {
			t.Errorf("%s: it was sent to %s", name, sent.URL)
		}
		for header, values := range sent.Header {
			if strings.Contains(strings.Join(values, " "), strayed) {
				t.Errorf("%s: the header has %s: %v", name, header, values)
			}
		}
		if strings.Contains(sent.URL.String()+body, strayed) {
			t.Errorf("%s: %s was sent %s", name, sent.URL, body)
		}
		checkKeyHeaders(t, name, sent.Header, e.Key)
	}
}

// checkKeyHeaders holds a request to it that its key is in one header, or that it has none.
func checkKeyHeaders(t *testing.T, name string, header http.Header, key string) {
	found := 0
	for _, h := range keyHeaders {
		for _, value := range header.Values(h) {
			if found++; key == "" || strings.TrimPrefix(value, "Bearer ") != key {
				t.Errorf("%s: the request has %s: %q", name, h, value)
			}
		}
	}
	if key != "" && found != 1 {
		t.Errorf("%s: %d headers with a key", name, found)
	}
}
