package oncall

import (
	"context"
	"net/http"

	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/incident"
)

// incidentHandler answers what is wrong now.
type incidentHandler struct{ incident *incident.Service }

type incidentRequest struct {
	Since string `query:"since" maxLength:"40" example:"2h" doc:"RFC 3339, or how long ago; by default when the trouble began."`
}

func (h *incidentHandler) register(r *endpoint.Router) {
	endpoint.Handle(r, endpoint.Get("incident", "/incident", "What is wrong now, since when, and what it does to runs",
		http.StatusUnprocessableEntity), h.report)
}

func (h *incidentHandler) report(ctx context.Context, in *incidentRequest) (health.Incident, error) {
	since, err := incident.ParseSince(in.Since)
	if err != nil {
		return health.Incident{}, err
	}
	out, err := h.incident.Report(ctx, since)
	for i := range out.Providers {
		p := &out.Providers[i]
		p.Help = problem.Hint(ctx, p.Help)
		p.Actions = problem.Actions(ctx, p.Actions)
	}
	for i := range out.Next {
		out.Next[i].Message = problem.Hint(ctx, out.Next[i].Message)
	}
	return out, err
}
