package providers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/anthropic"
	"github.com/cineforge/cineforge/llm/gemini"
	"github.com/cineforge/cineforge/llm/openai"
)

// ErrSetting is in the chain of a failure that says that a key, a base URL or a proxy
// can't be used.
var ErrSetting = errors.New("a setting can't be used")

// setting returns a failure that says what is wrong with a setting, and what to do.
func setting(message, hint string) error {
	return &failure.Error{Class: failure.Input, Message: message, Hint: hint, Err: ErrSetting}
}

// Trim returns a setting without what files and shells leave around it: spaces, line
// breaks, a byte order mark.
func Trim(setting string) string { return strings.Trim(setting, " \t\r\n\ufeff") }

// Check returns what is wrong with the first setting by which providers can't be asked:
// a key, a base URL or a proxy. A key is never in it.
func (m Models) Check() error {
	for _, p := range m.Providers {
		for _, err := range []error{CheckBaseURL(p), CheckKey(p), m.CheckProxy(p)} {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckKey says what is wrong with a provider's key, or nil. A character that no header
// can carry fails each request, and one that no key has means that something was copied
// with it.
func CheckKey(p Provider) error {
	name := cmp.Or(p.KeyVariable, "the key of "+p.Name)
	if len(p.Key) > len(bearer) && strings.EqualFold(p.Key[:len(bearer)], bearer) {
		return setting(fmt.Sprintf("%s begins with %q, which is no part of the key", name, bearer), "set it again without that")
	}
	if before, _, ok := strings.Cut(p.Key, "="); ok && before == p.KeyVariable {
		return setting(fmt.Sprintf("%s begins with %s=, its own name", name, name), "set it again without that")
	}
	if n := len(p.Key); n > 1 && strings.ContainsRune(quotationMarks, rune(p.Key[0])) && p.Key[0] == p.Key[n-1] {
		return setting(name+" has quotation marks around it", "set it again without them")
	}
	last := utf8.RuneCountInString(p.Key)
	at := 0
	for _, r := range p.Key {
		at++
		what, why := strange(r), "which no key has"
		switch {
		case r < ' ' && r != '\t' || r == 0x7f:
			why = "which can't be sent"
		case what == "" && strings.ContainsRune(quotationMarks, r) && (at == 1 || at == last):
			what = "a quotation mark"
		case what == "" && r > unicode.MaxASCII:
			what = fmt.Sprintf("the character U+%04X", r)
		}
		if what != "" {
			return setting(fmt.Sprintf("%s holds %s at character %d, %s", name, what, at, why), "set it again without it")
		}
	}
	return nil
}

const (
	bearer         = "Bearer "
	quotationMarks = "\"'`"
)

// strange names a character that belongs into no setting: one that can't be seen, or that
// is no text. It is "" for all others.
func strange(r rune) string {
	switch {
	case r == '\n' || r == '\r':
		return "a line break"
	case r == '\t':
		return "a tab"
	case r == ' ':
		return "a space"
	case r == '\u00a0':
		return "a no-break space (U+00A0)"
	case r == '\u200b':
		return "a zero-width space (U+200B)"
	case strings.ContainsRune("“”„‘’‚«»", r):
		return fmt.Sprintf("a curly quotation mark (U+%04X)", r)
	case r == utf8.RuneError:
		return "a byte that is no text"
	case unicode.IsControl(r):
		return fmt.Sprintf("a control character (U+%04X)", r)
	case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
		return fmt.Sprintf("a character that can't be seen (U+%04X)", r)
	}
	return ""
}

// CheckBaseURL says what is wrong with a provider's base URL, or nil.
func CheckBaseURL(p Provider) error {
	if p.BaseURL == "" {
		return nil
	}
	name := "the base URL of " + p.Name
	at := 0
	for _, r := range p.BaseURL {
		at++
		if what := strange(r); what != "" {
			return setting(fmt.Sprintf("%s holds %s at character %d", name, what, at), "set it again without it")
		}
	}
	u, err := url.Parse(p.BaseURL)
	if err != nil || !address(u) {
		return setting(name+" is not an address such as https://host/v1", "put it right, or leave it out")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return setting(name+" holds more than an address; a key belongs into an environment variable", "put it right, or leave it out")
	}
	if m := doubled.FindStringSubmatch(p.BaseURL); m != nil {
		hint := "leave the first one out"
		if once, err := url.Parse(m[2] + "://" + p.BaseURL[len(m[0]):]); err == nil && address(once) && once.User == nil {
			hint = "write " + once.String()
		}
		return setting(fmt.Sprintf("%s begins twice, with %s:// and %s://", name, m[1], m[2]), hint)
	}
	if base := withoutEndpoint(p); base != "" {
		ending := strings.TrimPrefix(strings.TrimRight(p.BaseURL, "/"), base)
		return setting(fmt.Sprintf("%s ends in %s, which is added to it for each request", name, ending), "write "+base)
	}
	return nil
}

// address reports whether a URL is the address of a server.
func address(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && validPort(u)
}

// doubled finds the two beginnings of a URL that has two; the second one counts.
var doubled = regexp.MustCompile(`(?i)^(https?)://(https?):?/+`)

// endpoints finds the end of a URL at which models are asked, in place of what all
// requests have in common. The APIs of Anthropic and Google have a version there.
var (
	endpoints = regexp.MustCompile(`/(?:chat/completions|completions|messages|responses)$|` +
		`(?:/models(?:/[^/]*)?)?:(?:stream)?[gG]enerateContent$`)
	versions = regexp.MustCompile(`/v1[a-z]*$`)
)

// withoutEndpoint returns what a base URL has to be that ends in an endpoint, "" for others.
func withoutEndpoint(p Provider) string {
	given := strings.TrimRight(p.BaseURL, "/")
	at := endpoints.FindStringIndex(given)
	if at == nil {
		return ""
	}
	base := given[:at[0]]
	if p.Dialect == Anthropic || p.Dialect == Google {
		base = versions.ReplaceAllString(base, "")
	}
	return base
}

// vendorURLs are where the standard providers are asked by default.
var vendorURLs = map[string]string{Anthropic: anthropic.DefaultBaseURL, OpenAI: openai.DefaultBaseURL, Google: gemini.DefaultBaseURL}

// VendorsOwn reports whether a URL leads to a vendor's own API.
func VendorsOwn(u *url.URL) bool {
	return slices.ContainsFunc([]string{Anthropic, OpenAI, Google}, func(name string) bool {
		own, err := url.Parse(vendorURLs[name])
		return err == nil && own.Hostname() == u.Hostname()
	})
}

// CheckProxy says what is wrong with the proxy by which a provider is asked, or nil. A
// system with a transport of its own has no proxy.
func (m Models) CheckProxy(p Provider) error {
	address := cmp.Or(p.BaseURL, vendorURLs[p.Name])
	if m.Transport != nil || !p.Usable() || address == "" {
		return nil
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, http.NoBody) // it is not sent
	if err != nil {
		return nil // CheckBaseURL reports it
	}
	proxy, err := http.ProxyFromEnvironment(req)
	if err == nil && (proxy == nil || isProxy(proxy)) {
		return nil
	}
	// The error and the proxy's address may hold a password.
	return setting(proxyVariable(req.URL.Scheme)+" is not the address of a proxy", "write it as http://host:port, or unset it")
}

// isProxy reports whether a URL is the address of a proxy. One that could not be read is
// tried with http:// in front, so that its own scheme becomes the host.
func isProxy(u *url.URL) bool {
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u.Hostname() != "" && !strings.HasSuffix(u.Host, ":") && strings.Trim(u.Path, "/") == "" && validPort(u)
	}
	return false
}

// validPort reports whether the port of a URL, or its default, can be one.
func validPort(u *url.URL) bool {
	port, err := strconv.Atoi(cmp.Or(u.Port(), "80"))
	return err == nil && port > 0 && port <= 65535
}

// proxyVariable names the variable of the proxy for a scheme.
func proxyVariable(scheme string) string {
	name := strings.ToUpper(scheme) + "_PROXY"
	if os.Getenv(name) == "" {
		return strings.ToLower(name)
	}
	return name
}
