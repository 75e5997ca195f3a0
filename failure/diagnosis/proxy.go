package diagnosis

import (
	"cmp"
	"fmt"
	"net/http"
)

// ProxyError means that a proxy did not connect to a provider when it was asked for that.
type ProxyError struct {
	Proxy  string // its address, without user and password
	Status int    // of its answer
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy answered CONNECT with status %d", e.Status)
}

// verdict decides by the status: a proxy that wants a password or forbids the way does so until a
// person has seen to it, and else it is the way behind it that may be better soon.
func (e *ProxyError) verdict() verdict {
	proxy := "the proxy " + cmp.Or(e.Proxy, "on the way")
	rule := fmt.Sprintf("the proxy answered with status %d", e.Status)
	switch e.Status {
	case http.StatusProxyAuthRequired, http.StatusUnauthorized:
		return broken.retry(false).told(proxy+" wants to be signed in to", "check HTTPS_PROXY, and the user and password in it").by(rule)
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
	default:
		if e.Status >= 400 && e.Status < 500 {
			return broken.retry(false).told(proxy+" does not let requests through to the provider",
				"check HTTPS_PROXY, and the user and password in it, or ask whoever runs the proxy").by(rule)
		}
	}
	return broken.told(proxy+" could not reach the provider", "a run tries again by itself; if it lasts, check HTTPS_PROXY").by(rule)
}
