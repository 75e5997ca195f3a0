package simulator_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/simulator/scenario"
)

// benches returns the two ways of reaching a simulator: on a port and in process.
func benches(t *testing.T, f scenario.Fault) map[string]bench {
	t.Helper()
	s := scenario.Scenario{Rules: []scenario.Rule{{Name: "always", Fault: f}}}
	return map[string]bench{"port": onPort(t, s), "process": inProcess(s)}
}

func TestHandler_StatusMayBeUnknown(t *testing.T) {
	for status, line := range map[int]string{299: "299 status code 299", 499: "499 status code 499", 529: "529 status code 529",
		600: "600 status code 600", 999: "999 status code 999", 503: "503 Service Unavailable"} {
		for where, b := range benches(t, scenario.Fault{Status: status, Body: "{}"}) {
			for _, a := range apis {
				resp, err := b.client.Do(b.request(t.Context(), a, a.body(prompt, false)))
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != status || resp.Status != line || b.last(t).Status != status {
					t.Errorf("%s, %s: %q, want %q", where, a.name, resp.Status, line)
				}
			}
		}
	}
}

func TestHandler_PageIsThatOfAProxy(t *testing.T) {
	for status, title := range map[int]string{401: "401 Unauthorized", 404: "404 Not Found", 520: "520"} {
		for where, b := range benches(t, scenario.Fault{Status: status, Page: true}) {
			for _, a := range apis {
				got := b.ask(t.Context(), a)
				if got.err != nil || got.status != status || got.header.Get("content-type") != "text/html" ||
					got.header.Get("x-request-id")+got.header.Get("request-id")+got.header.Get("server-timing") != "" ||
					!strings.Contains(got.raw, "<title>"+title+"</title>") ||
					!strings.Contains(got.raw, "<h1>"+title+"</h1>") {
					t.Errorf("%s, %s: %d %v %s", where, a.name, got.status, got.header, got.raw)
				}
				if call := b.last(t); call.Fault != "status:"+strconv.Itoa(status) || !call.Complete {
					t.Errorf("%s, %s: %+v", where, a.name, call)
				}
			}
		}
	}
}
