package library

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/document"
)

// Scan is what a look into a file found, at a glance.
type Scan struct {
	Format     string               `json:"format"`
	Encoding   string               `json:"encoding"`
	Kind       document.Kind        `json:"kind"`
	Confidence float64              `json:"confidence"`
	Scenes     int                  `json:"scenes"`
	Pages      float64              `json:"pages"`
	Minutes    float64              `json:"minutes"`
	Warnings   []screenplay.Warning `json:"warnings"` // the first ones
	Count      int                  `json:"count"`    // of warnings
	Problem    string               `json:"problem"`  // why the file can't be read; "" if it can
}

// mostWarnings is how many warnings a scan has; the report has all.
const mostWarnings = 20

// Report is all that was found in a file.
type Report struct {
	Scan  Scan
	Whole document.ScenesReport
}

// ScannedInput is a file of a project, and what was found in it; nil if nothing has looked yet.
type ScannedInput struct {
	project.Input
	Scan *Scan
}

// scanOf returns what was found in a document, or why it could not be read.
func scanOf(doc document.Document, problem error) Report {
	if problem != nil {
		return Report{Scan: Scan{Warnings: []screenplay.Warning{}, Problem: problem.Error()}, Whole: document.Summary(document.Document{})}
	}
	full := document.Summary(doc)
	some := full.Warnings[:min(len(full.Warnings), mostWarnings)]
	return Report{Whole: full, Scan: Scan{
		Format: doc.Format, Encoding: doc.Encoding, Kind: doc.Kind, Confidence: doc.Confidence,
		Scenes: len(full.Scenes), Pages: full.Pages, Minutes: full.Minutes, Warnings: some, Count: len(full.Warnings),
	}}
}

// keepScan stores what was found in a file.
func keepScan(ctx context.Context, scans project.Scans, in project.Input, r Report) error {
	summary, err := json.Marshal(r.Scan)
	if err != nil {
		return err
	}
	report, err := json.Marshal(r.Whole)
	if err != nil {
		return err
	}
	return scans.KeepScan(ctx, project.Scan{
		Digest: in.Digest, Original: in.Original, Reader: document.Version, Summary: summary, Report: report,
	})
}

// Room waits until there is room for a file in memory, and keeps it until leave is called.
type Room func(ctx context.Context) (leave func(), err error)

// ReportOf returns all that was found in a file of a project, and a tag that it has until it is found
// otherwise. It looks into the file, when there is room, if this version of the reader has not done that.
// A file that can't be read has a problem, which is no error.
func (s *Service) ReportOf(ctx context.Context, projectID, name string, enter Room) (r Report, tag string, err error) {
	in, err := s.findInput(ctx, projectID, name)
	if err != nil {
		return r, "", err
	}
	tag = string(artifact.DigestOf([]byte(string(in.Digest) + "\n" + in.Original + "\n" + document.Version)))
	kept, err := s.scans.Scan(ctx, in.Digest, in.Original, document.Version)
	if errors.Is(err, project.ErrNotFound) {
		r, err = s.look(ctx, in, enter)
		return r, tag, err
	}
	if err == nil {
		err = json.Unmarshal(kept.Summary, &r.Scan)
	}
	if err == nil {
		err = json.Unmarshal(kept.Report, &r.Whole)
	}
	return r, tag, err
}

// look reads a file when there is room, and keeps what is found. A file whose content is lost or damaged
// has a problem that is not kept.
func (s *Service) look(ctx context.Context, in project.Input, enter Room) (Report, error) {
	leave, err := enter(ctx)
	if err != nil {
		return Report{}, err
	}
	defer leave()
	data, err := s.blobs.Get(ctx, in.Digest)
	if errors.Is(err, artifact.ErrNotFound) || errors.Is(err, artifact.ErrDamaged) {
		return scanOf(document.Document{}, failure.New(failure.Input, "the stored content of "+in.Original+" is lost or damaged",
			"upload the file again")), nil
	}
	if err != nil {
		return Report{}, err
	}
	doc, err := s.documents.Read(ctx, in.Original, data)
	if err != nil && failure.ClassOf(err) != failure.Input {
		return Report{}, err
	}
	r := scanOf(doc, err)
	return r, keepScan(ctx, s.scans, in, r)
}

// lookTime is how long a list looks into files that nothing has looked into yet.
const lookTime = 5 * time.Second

// ScannedInputs returns the files of a project, oldest first, with what was found in them. It looks
// into those that this version of the reader has not seen, for a few seconds. The scans that are missing
// then are there at a later time.
func (s *Service) ScannedInputs(ctx context.Context, projectID string, enter Room) ([]ScannedInput, error) {
	inputs, err := s.Inputs(ctx, projectID)
	if err != nil {
		return nil, err
	}
	kept, err := s.scans.Scans(ctx, projectID, document.Version)
	if err != nil {
		return nil, err
	}
	type file struct {
		digest   artifact.Digest
		original string
	}
	found := map[file]*Scan{}
	for _, k := range kept {
		var scan Scan
		if err := json.Unmarshal(k.Summary, &scan); err != nil {
			return nil, err
		}
		found[file{k.Digest, k.Original}] = &scan
	}
	limited, stop := context.WithTimeout(ctx, lookTime)
	defer stop()
	all := []ScannedInput{}
	for _, in := range inputs {
		scan := found[file{in.Digest, in.Original}]
		if scan == nil {
			r, err := s.look(limited, in, enter)
			if err != nil && limited.Err() == nil {
				return nil, err
			}
			if err == nil {
				scan = &r.Scan
			}
		}
		all = append(all, ScannedInput{in, scan})
	}
	return all, ctx.Err()
}
