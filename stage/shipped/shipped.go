// Package shipped lists the stage modules of the shipped recipes: the only place that names
// them all.
package shipped

import (
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/ingest"
	"github.com/cineforge/cineforge/stage/normalize"
	"github.com/cineforge/cineforge/stage/projectconfig"
	"github.com/cineforge/cineforge/stage/scenes"
)

// Modules returns the modules in the order of the shipped recipe. They read documents with the
// given reader.
func Modules(documents document.Reader) []stage.Module {
	return []stage.Module{
		ingest.Module{Documents: documents},
		normalize.Module{Documents: documents},
		scenes.Module{},
		projectconfig.Module{},
	}
}

// Info returns the description of the module whose stage has the id in the shipped recipes. A
// stage of another id is titled by its id.
func Info(stageID string) stage.Info {
	for _, m := range Modules(document.Reader{}) {
		if info := m.Info(); info.StageID == stageID {
			return info
		}
	}
	return stage.Info{StageID: stageID, Title: stageID}
}
