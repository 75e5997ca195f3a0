package providers

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/llm/wire"
)

// Provider is an API that offers models, with the key for it.
type Provider struct {
	Name    string // as recipes name it, such as "anthropic"
	Dialect string // "anthropic", "openai", "google", or one of openaicompat.Dialects
	BaseURL string // in the form that the provider's SDK takes; "" is the provider's own

	// KeyVariable is the environment variable that holds the key; "" if the server
	// wants none. Key is what it holds.
	KeyVariable string
	Key         string

	// Models are what to ask where no candidate of a stage's default chain can be asked,
	// first choice first.
	Models []string

	// Limits on the time of an answer; those of a model in the catalog come first.
	Limits wire.TimeLimits
}

// Usable reports whether the provider can be asked.
func (p Provider) Usable() bool { return p.Key != "" || p.KeyVariable == "" }

// endpoint names the endpoint by which the health of models is shared.
func (p Provider) endpoint() string {
	if p.BaseURL == "" {
		return p.Name
	}
	return p.Name + "@" + strings.TrimRight(p.BaseURL, "/")
}

// credential names the key without showing it: another key under the same name is
// another credential.
func (p Provider) credential() string {
	if p.Key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(p.Key))
	return p.KeyVariable + "#" + hex.EncodeToString(sum[:3])
}

// keyOf returns the variable that a credential is named after; "" for none.
func keyOf(credential string) string {
	name, _, _ := strings.Cut(credential, "#")
	return name
}

// The names of the providers that are always known.
const (
	Anthropic = "anthropic"
	OpenAI    = "openai"
	Google    = "google"
)

// IsStandard reports whether a name is that of a provider that is always known. Such a
// provider has the limits of a vendor's API, whatever its base URL.
func IsStandard(name string) bool { return name == Anthropic || name == OpenAI || name == Google }

// FromEnvironment returns the providers whose keys and base URLs are in the
// standard variables of their SDKs.
func FromEnvironment(getenv func(string) string) []Provider {
	all := []Provider{
		{Name: Anthropic, Dialect: Anthropic, KeyVariable: "ANTHROPIC_API_KEY",
			BaseURL: getenv("ANTHROPIC_BASE_URL"), Models: []string{"claude-sonnet-4-6"}},
		{Name: OpenAI, Dialect: OpenAI, KeyVariable: "OPENAI_API_KEY",
			BaseURL: getenv("OPENAI_BASE_URL"), Models: []string{"gpt-4.1"}},
		{Name: Google, Dialect: Google, KeyVariable: "GEMINI_API_KEY",
			BaseURL: getenv("GOOGLE_GEMINI_BASE_URL"), Models: []string{"gemini-3-flash-preview"}},
	}
	for i := range all {
		all[i].BaseURL = Trim(all[i].BaseURL)
		all[i].Key = Trim(getenv(all[i].KeyVariable))
	}
	return all
}

// Models are the models that can be asked, and what is known of them.
type Models struct {
	Providers []Provider
	Catalog   catalog.Catalog

	// Transport makes the requests; nil means one for the process.
	Transport http.RoundTripper
}

// origin returns where a provider is asked: scheme and host, and the port unless that is
// the scheme's own. A server of the own machine or network may listen on another port
// tomorrow, so that its port does not count; all names of this machine are one.
func origin(p Provider) string {
	u, err := url.Parse(cmp.Or(p.BaseURL, vendorURLs[p.Name]))
	if err != nil || u.Host == "" {
		return ""
	}
	scheme, host, port := strings.ToLower(u.Scheme), strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), u.Port()
	switch {
	case ownMachine(host):
		return scheme + "://localhost"
	case private(host) || port == "" || port == ports[scheme]:
		return scheme + "://" + hostname(host)
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// ports are those that need not be named.
var ports = map[string]string{"http": "80", "https": "443"}

// hostname writes a host as a URL has it.
func hostname(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// ownMachine reports whether a host is this machine.
func ownMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost" || strings.HasSuffix(host, ".localhost")
	}
	return ip.Unmap().IsLoopback() || ip.IsUnspecified()
}

// private reports whether a host is on the own network: by its address, or by a name that
// only such a network has.
func private(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		return ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	for _, suffix := range []string{".local", ".internal", ".lan", ".home.arpa"} {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}
