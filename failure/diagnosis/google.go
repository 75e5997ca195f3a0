package diagnosis

import (
	"regexp"
	"strconv"
	"strings"
)

// details decides by the details of google.rpc.Status: ErrorInfo names a reason,
// QuotaFailure the quota that was exceeded, by minute or by day.
func (c *call) details(f fault) (verdict, bool) {
	perDay := false
	perMinute := false
	retry := false
	for _, d := range f.details {
		switch kind := text(d, "@type"); {
		case strings.HasSuffix(kind, "ErrorInfo"):
			reason := text(d, "reason")
			if m, ok := vocabulary[normal(reason)]; ok && m.grade == sure {
				v := m.verdict
				v.code = reason
				return v.by("google.rpc.ErrorInfo " + reason), true
			}
		case strings.HasSuffix(kind, "google.rpc.QuotaFailure"):
			for _, id := range quotasOf(d) {
				perDay = perDay || strings.Contains(id, "PerDay")
				perMinute = perMinute || !strings.Contains(id, "PerDay")
			}
		case strings.HasSuffix(kind, "google.rpc.RetryInfo"):
			retry = true
		}
	}
	switch {
	case perDay:
		return modelQuota.by("google.rpc.QuotaFailure of a day"), true
	case (perMinute || retry) && noneGranted.MatchString(f.message):
		return modelQuota.by("google.rpc.QuotaFailure of a quota of 0"), true
	case perMinute:
		return limited.by("google.rpc.QuotaFailure of a minute"), true
	case retry && f.isExhausted():
		return limited.by("RESOURCE_EXHAUSTED with google.rpc.RetryInfo"), true
	}
	return verdict{}, false
}

// noneGranted finds that a plan does not include a model at all.
var noneGranted = regexp.MustCompile(`\blimit: 0\b`)

// isExhausted reports whether the fault has the code RESOURCE_EXHAUSTED.
func (f fault) isExhausted() bool {
	for _, code := range f.codes {
		if normal(code) == "resource_exhausted" {
			return true
		}
	}
	return false
}

// quotasOf names the quotas of a QuotaFailure.
func quotasOf(d map[string]any) []string {
	var ids []string
	list, _ := d["violations"].([]any)
	for _, item := range list[:min(len(list), maxItems)] {
		if v, ok := item.(map[string]any); ok {
			if id := text(v, "quotaId"); id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// smallestWindow is the least number of tokens that Google's text models take
// ("Gemini models", ai.google.dev). A smaller limit in an error is a fault of
// theirs that passes.
const smallestWindow = 1 << 20

// statedLimit finds the limit in a message about length.
var statedLimit = regexp.MustCompile(`maximum number of tokens allowed \((\d{1,9})\)`)

// belowWindow reports whether a request was refused for a limit that is lower than
// what the model is known to take.
func (c *call) belowWindow() bool {
	window := c.Window
	if window == 0 && c.provider.google {
		window = smallestWindow
	}
	for _, f := range c.reading.faults {
		if m := statedLimit.FindStringSubmatch(f.message); m != nil {
			limit, err := strconv.Atoi(m[1])
			return err == nil && limit < window
		}
	}
	return false
}
