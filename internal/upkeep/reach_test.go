package upkeep_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/upkeep"
)

// seen is what servers were asked.
type seen struct {
	mu       sync.Mutex
	requests []*http.Request
}

func (s *seen) answering(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, r)
		w.WriteHeader(status)
	}
}

// talking listens on this machine, and does something with each connection.
func talking(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn)
			}()
		}
	}()
	return l.Addr().String()
}

func TestDoctor_TriesBaseURLs(t *testing.T) {
	var asked seen
	quiet := log.New(io.Discard, "", 0)
	plain := httptest.NewUnstartedServer(asked.answering(http.StatusUnauthorized))
	plain.Config.ErrorLog = quiet
	plain.Start()
	defer plain.Close()
	bad := httptest.NewServer(asked.answering(http.StatusBadRequest))
	defer bad.Close()
	secure := httptest.NewUnstartedServer(asked.answering(http.StatusOK))
	secure.Config.ErrorLog = quiet
	secure.StartTLS()
	defer secure.Close()
	gone := talking(t, func(net.Conn) {})
	refusing, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	unused := refusing.Addr().String()
	refusing.Close()
	silent := talking(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	other := talking(t, func(conn net.Conn) { io.WriteString(conn, "SSH-2.0-server\r\n"); io.Copy(io.Discard, conn) })
	hostOf := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	unknown := strings.Repeat("x", 64) + ".example" // no name can be so long, so that no server is asked for it

	tests := map[string]struct {
		url            string
		status         upkeep.CheckStatus
		detail, action string
	}{
		"answers":     {"http://" + hostOf(plain) + "/v1", upkeep.OK, hostOf(plain) + " answers", ""},
		"answers-400": {"http://" + hostOf(bad) + "/v1", upkeep.OK, hostOf(bad) + " answers", ""},
		"speaks-http": {"https://" + hostOf(plain) + "/v1", upkeep.Problem, "the server at https://" + hostOf(plain) + "/v1 speaks http",
			"write http://" + hostOf(plain) + "/v1"},
		"speaks-tls": {"http://" + hostOf(secure) + "/v1", upkeep.Problem, "the server at http://" + hostOf(secure) + "/v1 speaks TLS",
			"write https://" + hostOf(secure) + "/v1"},
		"untrusted": {"https://" + hostOf(secure), upkeep.Problem,
			"the certificate of " + hostOf(secure) + " is not trusted: certificate signed by unknown authority", "SSL_CERT_FILE"},
		"refused":     {"http://" + unused, upkeep.Problem, "nothing listens at " + unused, "start the server"},
		"refused-tls": {"https://" + unused, upkeep.Problem, "nothing listens at " + unused, "start the server"},
		"unknown":     {"https://" + unknown, upkeep.Problem, "the host " + unknown + " is not known", "put the name right"},
		"closes":      {"http://" + gone, upkeep.Problem, "speaks neither http nor TLS", "put the address right"},
		"closes-tls":  {"https://" + gone, upkeep.Problem, "speaks neither http nor TLS", "put the address right"},
		"other":       {"http://" + other, upkeep.Problem, "speaks neither http nor TLS", "put the address right"},
		"silent":      {"http://" + silent, upkeep.Note, silent + " takes connections, but did not answer within 3s", ""},
		"vendor":      {"https://api.openai.com/v1", "", "", ""},
		"bad-url": {"http://" + hostOf(plain) + "/v1/messages", upkeep.Problem,
			"ends in /messages", "write http://" + hostOf(plain) + "/v1"},
		"nothing-is-set":    {"", "", "", ""},
		"asked-without-key": {"http://" + hostOf(bad), upkeep.OK, hostOf(bad) + " answers", ""},
	}
	var all []providers.Provider
	for name, tt := range tests {
		p := providers.Provider{Name: name, Dialect: "openai", BaseURL: tt.url, KeyVariable: "MY_KEY", Key: "sk-the-secret-key"}
		if name == "asked-without-key" {
			p.Key = ""
		}
		all = append(all, p)
	}
	began := time.Now()
	found := map[string]upkeep.Check{}
	for _, c := range app.Doctor(t.Context(), t.TempDir(), app.Config{Providers: all}) {
		if name, is := strings.CutSuffix(c.Name, " base URL"); is {
			found[name] = c
		}
	}
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("it took %v", took)
	}
	for name, tt := range tests {
		c := found[name]
		if c.Status != tt.status || !strings.Contains(c.Detail, tt.detail) || !strings.Contains(c.Action, tt.action) ||
			(c.Action == "") != (tt.action == "") {
			t.Errorf("%s: %+v, want %s: %s -> %s", name, c, tt.status, tt.detail, tt.action)
		}
	}
	// plain: answers, and for https: what it speaks. bad: twice. secure: none, as the handshake says all.
	if n := len(asked.requests); n != 4 {
		t.Errorf("%d requests, want 4", n)
	}
	for _, r := range asked.requests {
		if r.Method != http.MethodHead || r.URL.Path != "/" ||
			r.Header.Get("Authorization")+r.Header.Get("X-Api-Key")+r.Header.Get("X-Goog-Api-Key") != "" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
	}
}
