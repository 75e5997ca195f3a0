package console

import "testing"

// The health of a server and --version name the version and nothing else.
func TestBare_TakesTheVersionAlone(t *testing.T) {
	for module, want := range map[string]string{"v0.13.0": "0.13.0", "(devel)": "devel", "": "devel"} {
		if got := bare(module); got != want {
			t.Errorf("%q is %q, want %q", module, got, want)
		}
	}
}
