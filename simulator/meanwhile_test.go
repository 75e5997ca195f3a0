package simulator_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/simulator/scenario"
)

// signsOfLife returns what an API sends while a client waits for the first event, and how
// often in 45 seconds.
func signsOfLife(a api, meanwhile string) (sign string, times int) {
	switch {
	case !a.stream || meanwhile == "headers" || a.name == "generate array":
		return "", 0
	case meanwhile == "pings" && family(a) == "messages":
		return "event: ping\ndata: {\"type\":\"ping\"}\n\n", 4
	case meanwhile == "pings" && a.provider != "google":
		return ": keep-alive\n\n", 4
	}
	return ": processing\n\n", 4
}

func TestDelivery_MeanwhileComesBeforeTheFirstEvent(t *testing.T) {
	for _, meanwhile := range []string{"headers", "comments", "pings"} {
		for _, a := range apis {
			synctest.Test(t, func(t *testing.T) {
				whole := rules().ask(t.Context(), a)
				b := always(scenario.Fault{FirstEvent: 45 * time.Second, Meanwhile: meanwhile, Delay: time.Second})
				start := time.Now()
				resp, err := b.client.Do(b.request(t.Context(), a, a.body(prompt, false)))
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if took := time.Since(start); took != time.Second || resp.StatusCode != 200 {
					t.Errorf("%s, %s: headers after %v", a.name, meanwhile, took)
				}
				sign, times := signsOfLife(a, meanwhile)
				first := make([]byte, max(len(sign), 1))
				if _, err := io.ReadFull(resp.Body, first); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != time.Second+10*time.Second && times > 0 || took != 46*time.Second && times == 0 {
					t.Errorf("%s, %s: %q after %v", a.name, meanwhile, first, took)
				}
				rest, err := io.ReadAll(resp.Body)
				raw := string(first) + string(rest)
				if took := time.Since(start); err != nil || took != 46*time.Second {
					t.Errorf("%s, %s: ends after %v: %v", a.name, meanwhile, took, err)
				}
				body, ok := strings.CutPrefix(raw, strings.Repeat(sign, times))
				var got reading
				if got.read(a, []byte(body)); !ok || !got.terminal || got.broken || got.text != whole.text || got.out != whole.out {
					t.Errorf("%s, %s: %v in %q", a.name, meanwhile, got, raw)
				}
				if call := b.last(t); call.Fault != "first_event" || !call.Complete || call.OutputTokens != whole.out ||
					call.Duration != 46*time.Second {
					t.Errorf("%s, %s: %+v", a.name, meanwhile, call)
				}
			})
		}
	}
}

func TestDelivery_MeanwhileEndsWithTheClient(t *testing.T) {
	for _, a := range apis {
		synctest.Test(t, func(t *testing.T) {
			b := always(scenario.Fault{FirstEvent: time.Minute, Meanwhile: "pings"})
			ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
			defer cancel()
			if got := b.ask(ctx, a); !errors.Is(got.err, context.DeadlineExceeded) || got.status != 200 {
				t.Errorf("%s: %v", a.name, got)
			}
			synctest.Wait()
			if call := b.last(t); !call.ClientLeft || call.Complete || call.OutputTokens != 0 || call.Duration != 25*time.Second {
				t.Errorf("%s: %+v", a.name, call)
			}
		})
	}
}

func TestDelivery_MeanwhileSendsHeadersAtOnceOnAPort(t *testing.T) {
	for _, meanwhile := range []string{"headers", "comments", "pings"} {
		b := onPort(t, scenario.Scenario{Rules: []scenario.Rule{{Fault: scenario.Fault{FirstEvent: time.Hour, Meanwhile: meanwhile}}}})
		for _, a := range apis {
			resp, err := b.client.Do(b.request(t.Context(), a, a.body(prompt, false)))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if call := b.last(t); resp.StatusCode != 200 || call.Status != 200 || call.Complete {
				t.Errorf("%s, %s: %d, %+v", a.name, meanwhile, resp.StatusCode, call)
			}
		}
	}
	late := onPort(
		t,
		scenario.Scenario{Rules: []scenario.Rule{{Fault: scenario.Fault{FirstEvent: time.Millisecond, Meanwhile: "headers"}}}},
	)
	for _, a := range apis {
		if got := late.ask(t.Context(), a); got.err != nil || !got.terminal || got.broken || got.header.Get("content-length") != "" {
			t.Errorf("%s: %v", a.name, got)
		}
	}
}
