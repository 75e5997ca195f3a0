package oncall

import (
	"context"
	"errors"
	"net/http"

	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/providers"
)

// historyHandler answers how providers did over a time.
type historyHandler struct{ providers *providers.Service }

// Over is the part of a request that says which time is wanted, in which parts.
type Over struct {
	Window string `query:"window" maxLength:"20" example:"24h" doc:"How long before now it begins, up to 744h; 1h by default."`
	Bucket string `query:"bucket" maxLength:"20" example:"5m" doc:"How long each part is, in whole seconds; there are at most 500."`
	Drill  bool   `query:"drill" doc:"The tries of drills instead of those of real runs."`
}

type historyRequest struct {
	Name string `path:"name" maxLength:"100"`
	Over
}

func (h *historyHandler) register(r *endpoint.Router) {
	endpoint.Handle(r, endpoint.Get("providersHistory", "/providers/history", "The history of all providers over a window, in buckets",
		http.StatusUnprocessableEntity), h.all)
	endpoint.Handle(r, endpoint.Get("providerHistory", "/providers/{name}/history", "The history of a provider over a window, in buckets",
		http.StatusNotFound, http.StatusUnprocessableEntity), h.one)
}

func (h *historyHandler) all(ctx context.Context, in *Over) (health.History, error) {
	return h.history(ctx, "", *in)
}

func (h *historyHandler) one(ctx context.Context, in *historyRequest) (health.History, error) {
	return h.history(ctx, in.Name, in.Over)
}

func (h *historyHandler) history(ctx context.Context, provider string, in Over) (health.History, error) {
	window, err := duration("window", in.Window)
	bucket, err2 := duration("bucket", in.Bucket)
	if err := errors.Join(err, err2); err != nil {
		return health.History{}, err
	}
	return h.providers.History(ctx, providers.HistoryQuery{Provider: provider, Window: window, Bucket: bucket, Drills: in.Drill})
}
