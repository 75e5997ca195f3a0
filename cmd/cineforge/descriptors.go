package main

// descriptors is how the file descriptors of a server are shared out. What is left over is
// for the database, files, and calls of providers.
type descriptors struct {
	connections int // of clients
	streams     int // of these, that follow events; the others are for plain requests
}

const (
	// reserved is for everything but clients: two for each connection of the database that
	// reads, one for each call of a provider under way, and some.
	reserved = 100
	// mostConnections and mostStreams are enough, however many descriptors there are.
	mostConnections = 8192
	mostStreams     = 2000
)

// shareOut shares out as many descriptors as a process may have open; 0 is not known.
func shareOut(limit int) descriptors {
	d := descriptors{connections: mostConnections}
	if limit > 0 {
		d.connections = max(min(limit-reserved, mostConnections), limit/2, 2)
	}
	d.connections = min(d.connections, mostConnections)
	d.streams = min(d.connections/2, mostStreams)
	return d
}
