package client_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
)

func TestClient_PlansBeforeItStarts(t *testing.T) {
	w := newWorld(t, app.Config{}, api.Options{})
	c := on(t, w.handler, client.Options{})
	limits, err := c.Limits(t.Context())
	if err != nil || limits.UploadBytes == 0 || limits.TokenRequired {
		t.Errorf("%+v %v", limits, err)
	}
	p, err := c.Projects.Create(t.Context(), client.NewProject{Slug: "bus", DisplayName: "Bus"})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("../samples/night_bus.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	up, err := c.Projects.Upload(t.Context(), p.ProjectID, "night_bus.txt", file)
	if err != nil {
		t.Fatal(err)
	}
	scenes, tag, err := c.Projects.Scenes(t.Context(), p.ProjectID, up.Filename, "")
	if err != nil || len(scenes.Scenes) != 7 || tag == "" {
		t.Errorf("%d scenes, %q, %v", len(scenes.Scenes), tag, err)
	}
	if _, _, err := c.Projects.Scenes(t.Context(), p.ProjectID, up.Filename, tag); !errors.Is(err, client.ErrUnchanged) {
		t.Error(err)
	}
	ask := client.RunRequest{ProjectID: p.ProjectID, InputFile: up.StoredPath, AcceptConfig: true, Drill: "healthy",
		ModelChoice: client.ModelChoice{ProviderOrder: []string{"google"}}}
	plan, err := c.Runs.Plan(t.Context(), ask)
	if err != nil || len(plan.Stages) != 4 || *plan.Stages[2].First != "google:gemini-3-flash-preview" || plan.CostUSD == nil {
		t.Errorf("%+v %v", plan, err)
	}
	ask.WithoutProviders = []string{"opnai"}
	_, planned := c.Runs.Plan(t.Context(), ask)
	_, started := c.Runs.Start(t.Context(), "", ask)
	if planned == nil || started == nil || planned.Error() != started.Error() || !strings.Contains(started.Error(), "opnai") {
		t.Errorf("%v, %v", planned, started)
	}
}
