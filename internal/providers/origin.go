package providers

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

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
