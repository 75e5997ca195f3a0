package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
)

// system registers what tells of the server itself.
func (s *API) system() {
	handle(s, operation("health", http.MethodGet, "/health", "Whether the server lives"), func(context.Context, *struct{}) (client.ServerHealth, error) {
		return client.ServerHealth{Status: "ok", Version: s.o.Version}, nil
	})
	handle(s, operation("ready", http.MethodGet, "/ready", "Whether the server can work: its database can be read"), func(ctx context.Context, _ *struct{}) (client.ServerHealth, error) {
		if s.stopping.Load() {
			return client.ServerHealth{}, refuse(http.StatusServiceUnavailable, "stopping",
				"the server is about to end", "ask the one that comes after it")
		}
		if err := s.app.Ready(ctx); err != nil {
			if kind := app.TroubleOf(err); kind != "" {
				hint := "the server's log says what to do; it is tried again by itself"
				if kind == run.NewerSchema {
					hint = "end this server and start the newer version of the program"
				}
				p := refuse(http.StatusServiceUnavailable, string(kind), "nothing can be stored at the moment", hint)
				p.wait = 5
				return client.ServerHealth{}, p
			}
			s.o.Log.ErrorContext(ctx, "not ready", "error", err.Error())
			return client.ServerHealth{}, refuse(http.StatusServiceUnavailable, "not_ready", "the database can't be read", "the server's log tells why")
		}
		h := client.ServerHealth{Status: "ready", Version: s.o.Version}
		uncarried, err := s.app.Uncarried(ctx)
		for _, o := range uncarried {
			h.NoCarrier = append(h.NoCarrier, client.Uncarried{RunID: o.RunID, Needs: o.Needs})
		}
		return h, err
	})
	log := operation("changelog", http.MethodGet, "/changelog", "What changed in each version")
	log.Responses = map[string]*huma.Response{"200": text("The changelog.", "text/plain")}
	s.raw(log, func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, err := w.Write([]byte(changelog))
		return err
	})
}

// root registers what Prometheus reads, and where people begin.
func (s *API) root() {
	s.mux.Handle("GET /metrics", s.metrics.Handler())
	s.mux.Handle("GET /{$}", http.RedirectHandler("/docs", http.StatusFound))
}

// raw registers a handler that writes its answer itself. The error is answered as a
// problem if nothing was written yet.
func (s *API) raw(op huma.Operation, do func(w http.ResponseWriter, r *http.Request) error) {
	schema := schemaOf[client.Problem](s)
	for _, status := range op.Errors {
		op.Responses[statusKey(status)] = &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {Schema: schema}}}
	}
	s.huma.OpenAPI().AddOperation(&op)
	s.mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) {
		if err := do(w, r); err != nil && w.(*watched).status == 0 {
			s.write(w, r, err)
		}
	})
}

// text describes an answer that is no JSON.
func text(description, mediaType string) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: huma.TypeString}}}}
}

// lost answers for what is not there, or is there for another method.
func (s *API) lost(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		s.write(w, r, refuse(http.StatusNotFound, "not_found", "there is no such path", "/docs lists what there is"))
		return
	}
	for _, method := range allowed {
		w.Header().Add("Allow", method)
	}
	s.write(w, r, refuse(http.StatusMethodNotAllowed, "method_not_allowed", "the path is there, but not for "+clip(r.Method), ""))
}
