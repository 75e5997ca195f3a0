package app_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
)

// claude returns the standard providers with a key and a base URL of Anthropic.
func claude(key, baseURL string) []providers.Provider {
	env := map[string]string{"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": baseURL}
	return providers.FromEnvironment(func(name string) string { return env[name] })
}

const key = "sk-ant-api03-0123456789"

func TestOpen_RefusesKeysThatCantBeSent(t *testing.T) {
	for bad, want := range map[string]string{
		key:                           "",
		"x":                           "",
		"a'b\"c`d":                    "",
		"!#$%&()*+,-./:;<=>?@[]^_{|}": "",
		"sk-ant-0123\n456":            "ANTHROPIC_API_KEY holds a line break at character 12, which can't be sent; set it again without it",
		"sk-ant-0123\r\n456":          "a line break at character 12",
		"sk\tant":                     "ANTHROPIC_API_KEY holds a tab at character 3, which no key has",
		"sk\x00ant":                   "a control character (U+0000) at character 3, which can't be sent",
		"sk\x7fant":                   "a control character (U+007F) at character 3, which can't be sent",
		"sk\u0085ant":                 "a control character (U+0085) at character 3, which no key has",
		"sk ant":                      "a space at character 3, which no key has; set it again without it",
		`"` + key + `"`:               "ANTHROPIC_API_KEY has quotation marks around it; set it again without them",
		"'" + key + "'":               "quotation marks around it",
		`"` + key:                     "a quotation mark at character 1",
		key + "'":                     "a quotation mark at character 24",
		"“" + key + "”":               "a curly quotation mark (U+201C) at character 1",
		key + "’":                     "a curly quotation mark (U+2019) at character 24",
		"sk\u200bant":                 "a zero-width space (U+200B) at character 3",
		"sk\u00a0ant":                 "a no-break space (U+00A0) at character 3",
		"ß\u2028ant":                  "the character U+00DF at character 1, which no key has",
		"sk\u2028ant":                 "a character that can't be seen (U+2028) at character 3",
		"sk\xffant":                   "a byte that is no text at character 3",
		"Bearer " + key:               `ANTHROPIC_API_KEY begins with "Bearer ", which is no part of the key; set it again without that`,
		"bearer " + key:               `begins with "Bearer "`,
		"ANTHROPIC_API_KEY=" + key:    `ANTHROPIC_API_KEY begins with ANTHROPIC_API_KEY=, its own name`,
	} {
		a, err := app.Open(t.Context(), t.TempDir(), app.Config{Providers: claude(bad, "")})
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", bad, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %s", bad, err, want)
		case want != "" && (failure.ClassOf(err) != failure.Input || !errors.Is(err, providers.ErrSetting)):
			t.Errorf("%q: %v is of class %s", bad, err, failure.ClassOf(err))
		case err != nil && (strings.Contains(err.Error(), "ant") || strings.Contains(err.Error(), "\n")):
			t.Errorf("%q: %q shows the key", bad, err)
		}
		if a != nil {
			a.Close()
		}
	}
}

func TestOpen_SaysWhatABaseURLHasToBe(t *testing.T) {
	for _, tt := range []struct{ dialect, url, want string }{
		{"openai", "http://https://a/v1", "the base URL of p begins twice, with http:// and https://; write https://a/v1"},
		{"openai", "https://http//a:1/v1", "write http://a:1/v1"},
		{"openai", "https://a/v1/chat/completions",
			"the base URL of p ends in /chat/completions, which is added to it for each request; write https://a/v1"},
		{"ollama", "http://127.0.0.1:1/v1/completions/",
			"ends in /completions, which is added to it for each request; write http://127.0.0.1:1/v1"},
		{"openai", "https://a/v1/responses", "write https://a/v1"},
		{"anthropic", "https://a/v1/messages", "ends in /v1/messages, which is added to it for each request; write https://a"},
		{"anthropic", "https://a/proxy/messages", "write https://a/proxy"},
		{"google", "https://a/v1beta/models/gemini-2.5-flash:generateContent",
			"ends in /v1beta/models/gemini-2.5-flash:generateContent, which is added to it for each request; write https://a"},
		{"google", "https://a/models/g:streamGenerateContent", "write https://a"},
		{"openai", "https://a b/v1", "the base URL of p holds a space at character 10; set it again without it"},
		{"openai", "https://a\u200b/v1", "a zero-width space (U+200B) at character 10"},
		{"openai", "“https://a/v1”", "a curly quotation mark (U+201C) at character 1"},
		{"openai", "https://a:99999/v1", "is not an address such as https://host/v1"},
		{"openai", `"https://a/v1"`, "is not an address"},
		{"openai", "https://a/v1#secret", "holds more than an address"},
		{"openai", "http://https://secret@a/v1", "begins twice, with http:// and https://; leave the first one out"},
		{"openai", "https://a/v1", ""},
		{"anthropic", "https://messages/v1", ""},
		{"azure", "https://a/openai/deployments/messages-1/", ""},
		{"openai", "https://bücher.example/v1", ""},
	} {
		asked := providers.Provider{Name: "p", Dialect: tt.dialect, BaseURL: tt.url}
		a, err := app.Open(t.Context(), t.TempDir(), app.Config{Providers: []providers.Provider{asked}})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.url, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v shows the secret", tt.url, err)
		}
		if a != nil {
			a.Close()
		}
	}
}

func TestOpen_BaseURLsAreAddressesAndNoMore(t *testing.T) {
	for url, ok := range map[string]bool{
		"": true, "https://host": true, "http://127.0.0.1:9100/openai/v1": true,
		"host": false, "ftp://host": false, "http://": false, "https://user:secret@host": false,
		"https://host/?key=secret": false, "http://[::1": false,
	} {
		a, err := app.Open(t.Context(), t.TempDir(), app.Config{Providers: []providers.Provider{{Name: "p", BaseURL: url}}})
		if ok != (err == nil) {
			t.Errorf("%q: %v", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%v tells the secret", err)
		}
		if a != nil {
			a.Close()
		}
	}
}
