package providers

import "testing"

// What is the same server, and what is another one.
func TestOrigin_SameServer(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"", "https://api.anthropic.com", true},
		{"", "https://API.anthropic.com:443/", true},
		{"", "https://api.anthropic.com.", true},
		{"", "http://api.anthropic.com", false},
		{"", "https://proxy.example", false},
		{"https://proxy.example/v1", "https://proxy.example/other", true},
		{"https://proxy.example:8443", "https://proxy.example", false},
		{"https://proxy.example:8443", "https://proxy.example:9443", false},
		{"http://localhost:11434/v1", "http://127.0.0.1:8080/v1", true},
		{"http://localhost:11434/v1", "http://[::1]:9000", true},
		{"http://localhost:11434/v1", "http://0.0.0.0:9000", true},
		{"http://localhost:11434/v1", "http://[::ffff:127.0.0.1]:1", true},
		{"http://localhost:11434/v1", "http://box.localhost", true},
		{"http://localhost:11434/v1", "http://192.168.1.4:11434", false},
		{"http://192.168.1.4:11434", "http://192.168.1.4:8080", true},
		{"http://192.168.1.4:11434", "http://192.168.1.5:11434", false},
		{"http://10.1.2.3", "http://[::ffff:10.1.2.3]:80", false},
		{"http://[fd00::1]:1", "http://[FD00::1]:2", true},
		{"http://ollama:11434", "http://ollama:8080", true},
		{"http://box.local:11434", "http://box.local", true},
		{"http://8.8.8.8:1000", "http://8.8.8.8:2000", false},
		{"http://localhost.example:1000", "http://localhost:1000", false},
	} {
		a, b := origin(Provider{Name: Anthropic, BaseURL: tt.a}), origin(Provider{Name: Anthropic, BaseURL: tt.b})
		if (a == b) != tt.same || a == "" || b == "" {
			t.Errorf("%q is %s, %q is %s", tt.a, a, tt.b, b)
		}
	}
}
