package wire

import (
	"context"
	"net/http"
	"net/url"

	"github.com/cineforge/cineforge/failure/diagnosis"
)

// checkProxyAnswer looks at a proxy's answer to the request for a connection: of one that is
// refused, net/http would keep the words of its status only.
func checkProxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &diagnosis.ProxyError{Proxy: proxy.Scheme + "://" + proxy.Host, Status: resp.StatusCode}
}
