package run

import "github.com/cineforge/cineforge/run/event"

// pin takes over what the run was asked for.
func (s *State) pin(r event.Request) {
	if r.RuntimeParams != nil {
		s.RuntimeParams = r.RuntimeParams
	}
	s.DryRun = r.DryRun
	s.StartFrom = r.StartFrom
	s.EndAt = r.EndAt
	s.Force = r.Force
	s.Drill = r.Drill
	s.Limits = r.Limits
	s.Settings = r.Settings
	s.Routing = r.Routing
}

// Request returns what the run was asked for; a retry asks for the same.
func (s *State) Request() event.Request {
	return event.Request{
		Selection: event.Selection{
			RuntimeParams: s.RuntimeParams,
			DryRun:        s.DryRun,
			StartFrom:     s.StartFrom,
			EndAt:         s.EndAt,
		},
		Options: event.Options{
			Force:    s.Force,
			Drill:    s.Drill,
			Limits:   s.Limits,
			Settings: s.Settings,
			Routing:  s.Routing,
		},
	}
}
