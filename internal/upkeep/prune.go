package upkeep

import (
	"context"
	"time"

	"github.com/cineforge/cineforge/internal/storage"
)

// PruneOptions say which runs are removed, a run with all its retries at a time.
type PruneOptions struct {
	Project   string        // "" for all
	OlderThan time.Duration // since something happened in them; 0 for any age
	Keep      int           // the newest so many of each project stay
	DryRun    bool          // only look
	Vacuum    bool          // make the file smaller
}

// Pruned is what was removed, or would be.
type Pruned struct {
	DryRun bool     `json:"dry_run"`
	Lines  []string `json:"lines"` // by their first runs
	storage.Pruned
}

// Prune removes runs that have ended, with their events and stored answers, and the
// content that no other run needs. Artifacts stay.
func (s *Service) Prune(ctx context.Context, o PruneOptions) (Pruned, error) {
	done := Pruned{DryRun: o.DryRun, Lines: []string{}}
	old := storage.PruneFilter{Project: o.Project, Keep: o.Keep}
	if o.OlderThan > 0 {
		old.Before = time.Now().Add(-o.OlderThan)
	}
	lines, err := s.maintenance.OldLines(ctx, old)
	if err != nil {
		return done, err
	}
	if o.DryRun {
		done.Lines = append(done.Lines, lines...)
		done.Pruned, err = s.maintenance.Size(ctx, lines)
		return done, err
	}
	for _, root := range lines {
		p, err := s.maintenance.Prune(ctx, root)
		if err != nil {
			return done, err
		}
		if p.Runs == 0 {
			continue // a retry of it has begun
		}
		done.Lines = append(done.Lines, root)
		done.Runs += p.Runs
		done.Events += p.Events
		done.Answers += p.Answers
	}
	if len(done.Lines) > 0 {
		s.maintenance.RemoveCopies(0) // they hold what was removed, too
	}
	swept, err := s.maintenance.Sweep(ctx)
	done.Blobs = swept.Blobs
	done.Bytes = swept.Bytes
	if err == nil && o.Vacuum {
		err = s.maintenance.Compact(ctx)
	}
	return done, err
}
