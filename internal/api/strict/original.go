package strict

import "slices"

// original lists the operations of the first system, by method and path below /api. Its
// clients may send members and query parameters that this system does not have; all other
// operations refuse what they do not know. See unknown.refused.
var original = []string{
	"GET /health", "GET /changelog", "GET /recipes",
	"GET /projects/recent", "GET /projects/count", "POST /projects/preview-slug", "POST /projects/quick-scan",
	"POST /projects/new", "POST /projects/open",
	"GET /projects/{project_id}", "PATCH /projects/{project_id}/settings",
	"POST /projects/{project_id}/inputs/upload", "GET /projects/{project_id}/inputs", "GET /projects/{project_id}/inputs/{filename}",
	"GET /projects/{project_id}/runs",
	"GET /projects/{project_id}/artifacts", "GET /projects/{project_id}/artifacts/{artifact_type}/{entity_id}",
	"GET /projects/{project_id}/artifacts/{artifact_type}/{entity_id}/{version}",
	"POST /projects/{project_id}/artifacts/{artifact_type}/{entity_id}/edit",
	"POST /runs/start", "POST /runs/{run_id}/retry-failed-stage", "POST /runs/{run_id}/resume",
	"GET /runs/{run_id}/state", "GET /runs/{run_id}/events", "GET /runs/{run_id}/events/stream",
	"GET /projects/{project_id}/chat", "POST /projects/{project_id}/chat",
	"POST /projects/{project_id}/chat/stream", "POST /projects/{project_id}/chat/insight",
	"GET /projects/{project_id}/search",
}

// isOriginal reports whether an operation is one of the first system.
func isOriginal(method, path string) bool { return slices.Contains(original, method+" "+path) }
