package diagnosis

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
)

// hint finds how long the provider said to wait, nil if it did not. Where it said
// so in several places the longest counts, as each of them is a floor. A header speaks of
// how often may be asked; when what takes a person will be mended, only the failure's own
// message can say.
func (c *call) hint(v verdict) *time.Duration {
	w := waitHeaders{c.Header, c.At}
	var longest *time.Duration
	take := func(d time.Duration, ok bool) {
		if ok && (longest == nil || d > *longest) {
			longest = &d
		}
	}
	if !needsPerson(v.class) {
		take(w.retryAfter())
	}
	for _, f := range c.reading.faults {
		take(f.retryInfo())
		take(w.epoch(f.reset))
		take(seconds(f.wait))
	}
	if !v.effect.Retryable && v.class != failure.QuotaExhausted {
		return longest // words about time are for people then: when a grant takes effect, say
	}
	for _, f := range c.reading.faults {
		take(inWords(f.message))
	}
	take(inWords(c.reading.text))
	if longest != nil && *longest > 0 {
		return longest
	}
	switch v.class {
	case failure.RateLimited:
		take(printedDelay(c.Body))
		take(w.resets())
	case failure.QuotaExhausted:
		take(printedDelay(c.Body))
	}
	return longest
}

// needsPerson reports whether failures of a class last until a person mends something.
func needsPerson(c failure.Class) bool {
	switch c {
	case failure.QuotaExhausted, failure.Auth, failure.Permission, failure.NotFound:
		return true
	}
	return false
}

// longestHint bounds what is taken for a wait: a longer one is nonsense.
const longestHint = 366 * 24 * time.Hour

// waitHeaders is the header of an answer, which may say how long to wait, and when it came.
type waitHeaders struct {
	header http.Header
	now    time.Time
}

// retryAfter reads Retry-After, in seconds or as a date, and the forms in
// milliseconds of OpenAI and Azure, which are more exact.
func (w waitHeaders) retryAfter() (time.Duration, bool) {
	for _, name := range [...]string{"Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if ms, err := strconv.ParseFloat(w.header.Get(name), 64); err == nil {
			return bounded(ms / 1000)
		}
	}
	value := strings.TrimSpace(w.header.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if s, err := strconv.ParseFloat(value, 64); err == nil {
		return bounded(s)
	}
	if d, ok := goDuration(value); ok {
		return d, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return w.until(at)
	}
	return 0, false
}

// seconds reads a number of seconds.
func seconds(s string) (time.Duration, bool) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	return bounded(n)
}

// printedDelay finds google.rpc.RetryInfo in a body that is no JSON any more.
func printedDelay(body string) (time.Duration, bool) {
	m := delayPrint.FindStringSubmatch(shorten(body, 16<<10))
	if m == nil {
		return 0, false
	}
	return goDuration(m[1])
}

var delayPrint = regexp.MustCompile(`retryDelay\W{1,8}(\d+(?:\.\d+)?s)`)

// bounded makes a duration of a number of seconds, if it can be one.
func bounded(seconds float64) (time.Duration, bool) {
	if !(seconds >= 0 && seconds <= longestHint.Seconds()) { // NaN is in no range
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// until counts from the server's clock, if it tells it, to a time. A time that is
// past says nothing.
func (w waitHeaders) until(at time.Time) (time.Duration, bool) {
	now := w.now
	if date, err := http.ParseTime(w.header.Get("Date")); err == nil {
		now = date
	}
	d := at.Sub(now)
	return d, d > 0 && d <= longestHint
}

// epoch reads a time in milliseconds since 1970.
func (w waitHeaders) epoch(ms string) (time.Duration, bool) {
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || n < 1e12 {
		return 0, false
	}
	return w.until(time.UnixMilli(n))
}

// retryInfo reads google.rpc.RetryInfo, and the metadata that Google's code
// assistant has in its place.
func (f fault) retryInfo() (time.Duration, bool) {
	for _, d := range f.details {
		for _, value := range []string{text(d, "retryDelay"), metadataOf(d, "retryDelay"), metadataOf(d, "quotaResetDelay")} {
			if wait, ok := goDuration(value); ok {
				return wait, true
			}
		}
	}
	return 0, false
}

func metadataOf(d map[string]any, name string) string {
	meta, _ := d["metadata"].(map[string]any)
	return text(meta, name)
}

// resets reads the headers that tell when limits are lifted. Of several limits the
// one counts that is used up; where that is not said, the one that is lifted last.
func (w waitHeaders) resets() (time.Duration, bool) {
	var wait time.Duration
	found := false
	usedUp := false
	for name, values := range w.header {
		name = strings.ToLower(name)
		at := strings.Index(name, "reset")
		if at < 0 || !strings.Contains(name, "ratelimit") || len(values) == 0 {
			continue
		}
		d, ok := w.reset(values[0])
		if !ok {
			continue
		}
		empty := w.remaining(name) == nothingLeft
		if empty && !usedUp || empty == usedUp && d > wait {
			wait = d
		}
		found = true
		usedUp = usedUp || empty
	}
	return wait, found
}

// reset reads the value of one such header: a date, a duration, or a number of seconds.
func (w waitHeaders) reset(value string) (time.Duration, bool) {
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return w.until(at)
	}
	if d, ok := goDuration(value); ok {
		return d, true
	}
	s, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		return 0, false
	case s >= 1e12:
		return w.epoch(value)
	case s >= 1e9:
		return w.until(time.Unix(int64(s), 0))
	}
	return bounded(s)
}

type left int

const (
	unknownLeft left = iota
	nothingLeft
	somethingLeft
)

// remaining finds what is left of the limit that a reset header is about, which
// has the same name but for that word.
func (w waitHeaders) remaining(reset string) left {
	value := w.header.Get(strings.Replace(reset, "reset", "remaining", 1))
	n, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		return unknownLeft
	case n <= 0:
		return nothingLeft
	}
	return somethingLeft
}

// worded waits, as the vendors state them in their sentences.
var (
	wordedWait = regexp.MustCompile(
		`(?i)\b(?:(?:try|retry|come back)(?: again)? (?:in|after)|(?:quota|limit)s? will (?:be )?(?:reset|replenished) (?:after|in)|resets? (?:after|in)|available (?:again )?in|wait) (?:about |approximately |for )?` +
			`((?:\d+(?:\.\d+)? ?(?:ms|milliseconds?|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?:,? (?:and )?)?)+)`,
	)
	clockWait = regexp.MustCompile(
		`(?i)\bquota will be replenished in (?:(\d+)\.)?(\d{1,2}):(\d\d):(\d\d)\b`,
	) // days.hours:minutes:seconds, as .NET writes it
	oneWait = regexp.MustCompile(`(?i)(\d+(?:\.\d+)?) ?(ms|milli|s|min|m|h|d)`)
)

// inWords finds the wait that a sentence states, such as "try again in 7m12s".
func inWords(message string) (time.Duration, bool) {
	if message == "" {
		return 0, false
	}
	said := strings.Join(strings.Fields(unquote(shorten(message, maxMessage))), " ")
	if m := clockWait.FindStringSubmatch(said); m != nil {
		return bounded(((number(m[1])*24+number(m[2]))*60+number(m[3]))*60 + number(m[4]))
	}
	m := wordedWait.FindStringSubmatch(said)
	if m == nil {
		return 0, false
	}
	var sum float64
	for _, part := range oneWait.FindAllStringSubmatch(m[1], -1) {
		n, err := strconv.ParseFloat(part[1], 64)
		if err != nil {
			return 0, false
		}
		sum += n * unitSeconds[strings.ToLower(part[2])]
	}
	return bounded(sum)
}

// number reads digits; none are 0.
func number(digits string) float64 {
	n, _ := strconv.ParseFloat(digits, 64)
	return n
}

var unitSeconds = map[string]float64{"ms": 0.001, "milli": 0.001, "s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}

// goDuration reads a duration in Go's notation, such as "6m0s" or "36.4s".
func goDuration(s string) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= 0 && d <= longestHint
}
