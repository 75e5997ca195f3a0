package settings

import (
	"testing"
	"unicode/utf8"
)

func TestMarkBytes_GoesBothWays(t *testing.T) {
	for _, text := range []string{"plain", "\xe9", "\U0010FF41", "a\U0010FFFF\xff界"} {
		if got := unmarkBytes(markBytes(text)); got != text || !utf8.ValidString(markBytes(text)) {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
