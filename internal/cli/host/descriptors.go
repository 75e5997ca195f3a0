// Package host is what the program needs of the machine that it runs on: file descriptors, the
// terminal, and a clock that goes on while the machine sleeps.
package host

// Descriptors is how many file descriptors of a server its clients may use. The rest is for the
// database, files, and calls of providers.
type Descriptors struct {
	Connections int // of clients
	Streams     int // of these, that follow events; the others are for plain requests
}

const (
	// reserved is for everything but clients: two for each connection of the database that
	// reads, one for each call of a provider under way, and some.
	reserved = 100
	// maxConnections and maxStreams are enough, however many descriptors there are.
	maxConnections = 8192
	maxStreams     = 2000
)

// ShareOut divides the descriptors that a process may have open; 0 means that their number is not
// known.
func ShareOut(limit int) Descriptors {
	d := Descriptors{Connections: maxConnections}
	if limit > 0 {
		d.Connections = max(min(limit-reserved, maxConnections), limit/2, 2)
	}
	d.Connections = min(d.Connections, maxConnections)
	d.Streams = min(d.Connections/2, maxStreams)
	return d
}
