package client_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"os"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/observe"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run/event"
)

// exampleServer serves an empty system in which only the offline model answers.
func exampleServer(ctx context.Context) (server *httptest.Server, stop func()) {
	store, err := sqlite.OpenMemory(ctx)
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "cineforge-example-")
	if err != nil {
		log.Fatal(err)
	}
	system := app.New(store.Seams(), dir, app.Config{})
	observers := observe.New(system, "test", nil)
	ctx, cancel := context.WithCancel(ctx)
	worked := make(chan struct{})
	go observers.Run(ctx)
	go func() {
		defer close(worked)
		system.Runs.Work(ctx) //nolint:errcheck // it ends with ctx
	}()
	server = httptest.NewServer(api.New(system, observers, api.Options{}))
	return server, func() {
		cancel()
		<-worked
		server.CloseClientConnections()
		server.Close()
		system.Close()
		os.RemoveAll(dir) //nolint:errcheck // the system removes it
	}
}

// A program gives a server a script, runs a recipe on it, and follows the run to its end.
func Example() {
	ctx := context.Background()
	server, stop := exampleServer(ctx)
	defer stop()

	c, err := client.New(server.URL, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	script, err := os.Open("../samples/the_tide_clock.fountain")
	if err != nil {
		log.Fatal(err)
	}
	defer script.Close()

	project, err := c.Projects.Create(ctx, client.NewProject{Slug: "the-tide-clock"})
	if err != nil {
		log.Fatal(err)
	}
	input, err := c.Projects.Upload(ctx, project.ProjectID, "the_tide_clock.fountain", script)
	if err != nil {
		log.Fatal(err)
	}
	started, err := c.Runs.Start(ctx, "", client.RunRequest{
		ProjectID: project.ProjectID, InputFile: input.StoredPath, AcceptConfig: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range c.Runs.Follow(ctx, started.RunID, 0) {
		if err != nil {
			log.Fatal(err)
		}
		switch b := e.Body.(type) {
		case event.StageFinished:
			fmt.Println("done:", b.StageID)
		case event.PipelineFinished:
			fmt.Println("the run", b.Outcome)
		}
	}
	made, err := c.Artifacts.List(ctx, project.ProjectID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("artifacts:", len(made))

	// Output:
	// done: ingest
	// done: normalize
	// done: extract_scenes
	// done: project_config
	// the run done
	// artifacts: 24
}
