package providers_test

import (
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/providers"
)

// claude returns the standard providers with a key and a base URL of Anthropic.
func claude(key, baseURL string) []providers.Provider {
	env := map[string]string{"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": baseURL}
	return providers.FromEnvironment(func(name string) string { return env[name] })
}

const key = "sk-ant-api03-0123456789"

// What files and shells leave around a key or an address is no part of it.
func TestFromEnvironment_TrimsSettings(t *testing.T) {
	for _, around := range []string{"", " ", "\t", "\r\n", "\n\n", "\ufeff", " \ufeff\r\n "} {
		p := claude(around+key+around, around+"http://127.0.0.1:1"+around)[0]
		if p.Key != key || p.BaseURL != "http://127.0.0.1:1" {
			t.Errorf("%q: %q at %q", around, p.Key, p.BaseURL)
		}
	}
	if p := claude(" \r\n", "\t")[0]; p.Key != "" || p.BaseURL != "" {
		t.Errorf("nothing but spaces: %+v", p)
	}
}

// What is wrong with a provider's settings is shown in place of the settings.
func TestProviders_UnusableSettings(t *testing.T) {
	for name, tt := range map[string]struct{ key, url, want string }{
		"a key": {"sk ant", "", "ANTHROPIC_API_KEY holds a space at character 3, which no key has; set it again without it"},
		"an address": {key, "https://user:ant@host",
			"the base URL of anthropic holds more than an address; a key belongs into an environment variable; " +
				"put it right, or leave it out"},
		"both of them": {"sk ant", "https://host/v1?key=ant",
			"the base URL of anthropic holds more than an address; a key belongs into an environment variable; " +
				"put it right, or leave it out"},
	} {
		p := providers.Unasked(providers.Models{Providers: claude(tt.key, tt.url)})[0]
		if p.Configured || p.Missing != tt.want || strings.Contains(p.BaseURL, "ant") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
