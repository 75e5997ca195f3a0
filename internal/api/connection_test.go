package api_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
)

// over asks over a connection.
func over(t *testing.T, server *httptest.Server, method, path string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// Frames come as soon as there is something to say, and not when there is enough of it.
func TestStream_OverAConnection(t *testing.T) {
	s := idle(t, api.Options{}, app.Config{})
	id, tell := s.quiet("tide")
	server := httptest.NewServer(s.api)
	defer server.Close()
	for _, path := range []string{"/api/runs/" + id + "/events/stream", "/api/events/stream?project=tide&after=0"} {
		resp := over(t, server, http.MethodGet, path)
		lines := bufio.NewScanner(resp.Body)
		frame := func() string {
			for lines.Scan() {
				if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
					return data
				}
			}
			t.Fatal(lines.Err())
			return ""
		}
		if f := frame(); !strings.Contains(f, "pipeline_started") {
			t.Error(f)
		}
		for path == "/api/events/stream?project=tide&after=0" && !strings.Contains(frame(), `"seq":4,`) { // those of the first stream
		}
		for range 3 {
			tell(1)
			if f := frame(); !strings.Contains(f, "unit_done") {
				t.Error(f)
			}
		}
		resp.Body.Close()
	}
}

// holed is a store that has lost a part of what it keeps.
type holed struct{ artifact.Archive }

func (h holed) Artifact(ctx context.Context, project string, ref artifact.Ref) (artifact.Artifact, error) {
	if ref.ArtifactType == artifact.ProjectConfig {
		return artifact.Artifact{}, io.ErrUnexpectedEOF
	}
	return h.Archive.Artifact(ctx, project, ref)
}

// An archive that can't be finished is not taken for a whole one.
func TestExportHandler_BreaksOff(t *testing.T) {
	s := open(t, api.Options{}, app.Config{})
	_, id := s.done("tide", "night_bus.txt")
	server := httptest.NewServer(s.api)
	defer server.Close()
	export := func() error {
		resp := over(t, server, http.MethodGet, "/api/runs/"+id+"/export")
		defer resp.Body.Close()
		_, err := io.Copy(io.Discard, resp.Body)
		return err
	}
	if err := export(); err != nil {
		t.Error(err)
	}
	s.app.Reader.Store.Archive = holed{s.app.Reader.Store.Archive}
	if export() == nil {
		t.Error("a part is taken for the whole")
	}
}
