package spelling

import (
	"strings"
	"testing"
)

// members are some of those that a start takes.
var members = []string{"project_id", "input_file", "accept_config", "start_from", "end_at", "force", "new", "dry_run", "drill",
	"run_id", "config_file",
	"config_overrides", "retry_failed_stage_for_run_id", "default_model", "skip_qa"}

func TestMisspelt_FormsOfAName(t *testing.T) {
	for name, want := range map[string]string{
		"dryrun": "dry_run", "dryRun": "dry_run", "dry-run": "dry_run", "DRY_RUN": "dry_run", "dry": "dry_run",
		"dry_run_only": "dry_run", "dr_yrun": "dry_run",
		"for": "force", "froce": "force", "Force": "force", "endAt": "end_at", "end": "end_at", "end_a": "end_at",
		"projectid": "project_id", "nwe": "new",
		"dril": "drill", "drills": "drill", "retry_failed_stage": "retry_failed_stage_for_run_id", "config": "config_file",
		"accept_confg": "accept_config",
	} {
		if got := Misspelt(name, members); got != want {
			t.Errorf("%s is taken for %q, want %q", name, got, want)
		}
	}
}

func TestMisspelt_NamesOfTheirOwn(t *testing.T) {
	for _, name := range []string{"human_control_mode", "interaction_mode", "style_packs", "user_approved", "project_path", "note",
		"key", "x", "", "_", "--", "model",
		"new", "force", "dry_run", strings.Repeat("dry_run", 100)} {
		if got := Misspelt(name, members); got != "" {
			t.Errorf("%q is taken for %q", name, got)
		}
	}
	if got := Misspelt("dryrun", nil); got != "" {
		t.Errorf("of no names: %q", got)
	}
}

func TestMeant_HintsAtTheNearestName(t *testing.T) {
	for name, want := range map[string]string{"dryrun": "did you mean dry_run?", "entirely_else": ""} {
		if got := Meant(name, members); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
