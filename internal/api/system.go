package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/run"
)

// systemHandler answers requests about the server itself.
type systemHandler struct {
	reader   *runs.Reader
	upkeep   *upkeep.Service
	log      *slog.Logger
	version  string
	stopping *atomic.Bool
}

func (h *systemHandler) register(r *endpoint.Router) {
	endpoint.Handle(r, endpoint.Get("health", "/health", "Whether the server is up"), h.health)
	endpoint.Handle(r, endpoint.Get("ready", "/ready", "Whether the server can work: its database can be read"), h.ready)
	log := endpoint.Get("changelog", "/changelog", "What changed in each version")
	log.Responses = map[string]*huma.Response{"200": endpoint.Text("The changelog.", "text/plain")}
	r.Raw(log, h.changelog)
}

func (h *systemHandler) health(context.Context, *struct{}) (client.ServerHealth, error) {
	return client.ServerHealth{Status: "ok", Version: h.version}, nil
}

func (h *systemHandler) ready(ctx context.Context, _ *struct{}) (client.ServerHealth, error) {
	if h.stopping.Load() {
		return client.ServerHealth{}, problem.Refuse(http.StatusServiceUnavailable, "stopping",
			"the server is shutting down", "try again once it has restarted")
	}
	if err := h.upkeep.Ready(ctx); err != nil {
		return client.ServerHealth{}, h.notReady(ctx, err)
	}
	out := client.ServerHealth{Status: "ready", Version: h.version}
	uncarried, err := h.reader.Uncarried(ctx)
	for _, o := range uncarried {
		out.NoCarrier = append(out.NoCarrier, client.Uncarried{RunID: o.RunID, Needs: o.Needs})
	}
	return out, err
}

// notReady returns the problem of a server whose database can't be used.
func (h *systemHandler) notReady(ctx context.Context, err error) *problem.Refusal {
	kind := run.TroubleOf(err)
	if kind == "" {
		h.log.ErrorContext(ctx, "not ready", "error", err.Error())
		return problem.Refuse(http.StatusServiceUnavailable, "not_ready", "the database can't be read", "the server's log tells why")
	}
	hint := "the server's log says what to do; it is tried again by itself"
	if kind == run.NewerSchema {
		hint = "end this server and start the newer version of the program"
	}
	p := problem.Refuse(http.StatusServiceUnavailable, string(kind), "the store accepts no writes", hint)
	p.Wait = 5
	return p
}

func (h *systemHandler) changelog(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, changelog)
	return err
}
