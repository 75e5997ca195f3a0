package host

import "testing"

// Descriptors are shared out so that something is left for all.
func TestShareOut_LeavesSomethingForAll(t *testing.T) {
	for _, limit := range []int{0, 4, 20, 64, 256, 1024, 4096, 1 << 20} {
		d := ShareOut(limit)
		if d.Streams < 1 || d.Streams*2 > d.Connections || d.Streams > maxStreams {
			t.Errorf("of %d files: %+v", limit, d)
		}
		if limit > 0 && d.Connections*2 > limit && d.Connections > limit-reserved {
			t.Errorf("of %d files %d are of clients", limit, d.Connections)
		}
	}
}
