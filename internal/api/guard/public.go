package guard

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// PublicURL is the address under which clients reach a server behind a proxy that ends TLS. The
// zero value means that there is none.
type PublicURL struct {
	origin string // such as https://forge.example, as browsers write it
	name   string // the host without its port
}

// String returns the address without a slash at its end; "" if there is none.
func (u PublicURL) String() string { return u.origin }

// CookieName returns the name of the session's cookie. Behind TLS it has the prefix by which
// browsers take it from this host only, and only by TLS.
func (u PublicURL) CookieName() string {
	if u.origin != "" {
		return "__Host-cineforge_session"
	}
	return "cineforge_session"
}

// hostPattern is what the name of a host looks like in an address, in lower case.
var hostPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// ParsePublicURL reads an address such as https://forge.example. It has no path, because cookies
// that only TLS carries hold for all paths of a host, and so would a server's beside this one.
func ParsePublicURL(text string) (PublicURL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Opaque != "" {
		return PublicURL{}, errors.New("it is not an address such as https://forge.example")
	}
	switch {
	case u.Scheme != "https":
		return PublicURL{}, errors.New("it does not begin with https://")
	case u.User != nil:
		return PublicURL{}, errors.New("it has a user's name")
	case u.Path != "" && u.Path != "/":
		return PublicURL{}, errors.New("it has a path; the server needs a host of its own")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return PublicURL{}, errors.New("it has more than a host and a port")
	}
	name := strings.ToLower(u.Hostname())
	host := name
	if ip, err := netip.ParseAddr(name); err == nil && ip.Zone() == "" {
		if name = ip.String(); ip.Is6() {
			host = "[" + name + "]"
		} else {
			host = name
		}
	} else if len(name) > 253 || !hostPattern.MatchString(name) {
		return PublicURL{}, errors.New("its host is not a name in ASCII, such as forge.example")
	}
	switch port, err := strconv.ParseUint(u.Port(), 10, 16); {
	case u.Port() == "" && strings.HasSuffix(u.Host, ":"):
		return PublicURL{}, errors.New("its port is missing")
	case u.Port() == "" || port == 443:
	case err != nil || port == 0:
		return PublicURL{}, errors.New("its port is not a number from 1 to 65535")
	default:
		host += ":" + strconv.FormatUint(port, 10)
	}
	return PublicURL{origin: "https://" + host, name: name}, nil
}

// protection refuses requests that a page of another origin makes a browser send.
func (u PublicURL) protection() *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	if u.origin != "" {
		if err := p.AddTrustedOrigin(u.origin); err != nil {
			panic(err) // ParsePublicURL made it
		}
	}
	return p
}

// disguised reports whether a request that changes something comes from a page which only has the
// host of the public address: without TLS, or on another port. Anything on the way could have made it.
func (u PublicURL) disguised(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if u.origin == "" || origin == "" || origin == u.origin || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return false
	}
	from, err := url.Parse(origin)
	return err == nil && strings.EqualFold(from.Hostname(), u.name)
}

// nameOfHost returns a host without its port, in lower case.
func nameOfHost(host string) string {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	return strings.ToLower(strings.Trim(name, "[]"))
}
