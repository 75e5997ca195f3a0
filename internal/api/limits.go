package api

import (
	"context"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/chat"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/results"
	"github.com/cineforge/cineforge/internal/api/streams"
	"github.com/cineforge/cineforge/internal/api/strict"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/screenplay/document"
)

// limitsHandler answers with what the server accepts.
type limitsHandler struct {
	upload int64 // how large a file may be, in bytes
	token  bool  // whether requests need one
}

// How much lists answer at once, as their operations declare it.
const (
	pageOfRuns     = 50
	mostRunsListed = 1000
	mostProjects   = 1000
)

func (h *limitsHandler) register(r *endpoint.Router) {
	endpoint.Handle(r, endpoint.Get("limits", "/limits", "What the server accepts: sizes, formats, forms of ids"), h.get)
}

func (h *limitsHandler) get(context.Context, *struct{}) (client.ServerLimits, error) {
	out := client.ServerLimits{
		UploadBytes: h.upload, EditBytes: results.EditLimit, ChatBytes: chat.MessageLimit, QuestionBytes: chat.QuestionLimit,
		ConfigBytes: runs.MaxConfig, BodyBytes: strict.BodyLimit, TokenRequired: h.token,
		IDs: client.IDPatterns{Run: runs.RunIDPattern, Project: library.SlugPattern, Recipe: recipe.IDPattern},
		Pages: client.PageSizes{
			RunsDefault: pageOfRuns, RunsMax: mostRunsListed, ProjectsMax: mostProjects, EventsMax: maxEvents,
			StreamRunsMax: streams.MaxFollowed,
		},
	}
	for _, f := range document.Formats() {
		format := client.InputFormat{Name: f.Name, Title: f.Title, Extensions: f.Extensions, MediaTypes: f.MediaTypes, Usable: f.Hint == ""}
		if !format.Usable {
			format.Missing = new("such a file can't be read yet; " + f.Hint)
		}
		out.Formats = append(out.Formats, format)
	}
	return out, nil
}
