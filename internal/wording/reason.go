package wording

import (
	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Term is a name that programs use, with its words for people.
type Term struct{ Name, Text string }

// term is a term of a name of some type.
func term[N ~string](name N, text string) Term { return Term{string(name), text} }

// look returns the words of a name: the name in words where none are listed.
func look[N ~string](terms []Term, id N) string {
	for _, t := range terms {
		if t.Name == string(id) {
			return t.Text
		}
	}
	return InWords(string(id))
}

// runStatuses say where a run stands.
var runStatuses = []Term{
	term(run.Queued, "queued"),
	term(run.Running, "running"),
	term(run.Waiting, "waiting"),
	term(run.Paused, "paused"),
	term(run.RunDone, "done"),
	term(run.RunFailed, "failed"),
	term(run.RunCancelled, "cancelled"),
	term(run.RunDamaged, "damaged"),
}

// OfRunStatus says where a run stands.
func OfRunStatus(s run.Status) string { return look(runStatuses, s) }

// stageStatuses say where a stage stands.
var stageStatuses = []Term{
	term(run.StagePending, "not started"),
	term(run.StageRunning, "running"),
	term(run.StageDone, "done"),
	term(run.StageFailed, "failed"),
	term(run.StageReused, "reused"),
	term(run.StagePaused, "paused"),
	term(run.StageWaiting, "waiting"),
	term(run.StageCancelled, "cancelled"),
}

// OfStageStatus says where a stage stands.
func OfStageStatus(s run.StageStatus) string { return look(stageStatuses, s) }

// terminals say why a stage failed for good.
var terminals = []Term{
	term(event.NonRetryableError, "another try can't help"),
	term(event.RetriesSpent, "all tries are used up and no other model can be asked"),
	term(event.WaitSpent, "no provider could be asked in the time allowed"),
	term(event.MoneySpent, "the cost limit is reached"),
	term(event.ModuleError, "this program failed (our fault)"),
	term(event.InvalidInput, "the file or a parameter can't be used"),
	term(event.CancelledByOperator, "the run was cancelled"),
}

// OfTerminal says why a stage failed for good.
func OfTerminal(r event.TerminalReason) string { return look(terminals, r) }

// pauses say why a stage paused, and what lets it go on.
var pauses = []Term{
	term(event.AwaitingConfirmation, "check the results and accept them to continue"),
	term(event.Interrupted, "the program was stopped, and finished work is kept"),
	term(event.Exhausted, "no provider could answer in the time allowed"),
	term(event.ProcessDeaths, "the program crashed several times during this stage"),
}

// OfPause says why a stage paused.
func OfPause(reason event.PauseReason) string {
	if reason == "" {
		return "finished work is kept"
	}
	return look(pauses, reason)
}

// waits say why a run waits where no provider is what it waits for.
var waits = []Term{
	{run.NoCarrier, "this server can't ask any model that the run may use"},
}

// OfWait says why a run waits: a reason that is a name, or a sentence as it is stored.
func OfWait(reason string) string {
	for _, t := range waits {
		if t.Name == reason {
			return t.Text
		}
	}
	return reason
}

// verdicts say why a candidate is not asked.
var verdicts = []Term{
	term(event.Held, "held by an operator"),
	term(event.CoolingDown, "limited: the key can't use it until a later time"),
	term(event.BreakerIsOpen, "out: it failed too often and is asked again later"),
	term(event.Probing, "one request checks whether it answers again"),
	term(event.NotConfigured, "not configured: no key, or no such provider"),
	term(event.LeftOut, "the run leaves its provider out"),
	term(event.SmallWindow, "the request is too long for it"),
	term(event.OverBudget, "it would cost more than is left to spend"),
	term(event.Refused, "it can't answer this request"),
	term(event.FailedInRound, "it failed in this round of tries"),
	term(event.ProviderOut, "its provider failed in this round of tries"),
	term(event.Reserved, "the remaining tries are kept for other providers"),
	term(event.Behind, "it comes later in the chain"),
}

// OfVerdict says why a candidate is not asked.
func OfVerdict(r event.VerdictReason) string { return look(verdicts, r) }

// breakers say how a provider or model is doing by its breaker.
var breakers = []Term{
	term(breaker.Closed, "in use"),
	term(breaker.Open, "out"),
	term(breaker.HalfOpen, "probing"),
}

// OfBreaker says how a provider or model is doing by its breaker.
func OfBreaker(s breaker.State) string { return look(breakers, s) }

// healths say how far an artifact can be relied on.
var healths = []Term{
	term(artifact.Valid, "is valid"),
	term(artifact.Stale, "is out of date"),
	term(artifact.NeedsRevision, "needs revision"),
	term(artifact.NeedsReview, "needs a check"),
	term(artifact.ConfirmedValid, "was confirmed by a person"),
}

// OfHealth says how far an artifact can be relied on.
func OfHealth(h artifact.Health) string { return look(healths, h) }

// events names what happened, by the kind of event.
var events = []Term{
	{"pipeline_started", "run started"},
	{"stage_started", "stage started"},
	{"stage_skipped_reused", "stage reused"},
	{"attempt_started", "try started"},
	{"attempt_progress", "try in progress"},
	{"attempt_finished", "try answered"},
	{"attempt_failed", "try failed"},
	{"stage_retrying", "asked again"},
	{"stage_fallback", "other model asked"},
	{"stage_waiting", "waiting"},
	{"breaker_opened", "provider out"},
	{"breaker_probing", "provider probed"},
	{"breaker_closed", "provider back"},
	{"budget_exceeded", "cost limit reached"},
	{"unit_reused", "answer reused"},
	{"retry_requested", "retry requested"},
	{"run_cancelled", "run cancelled"},
	{"try_now_requested", "wait ended"},
	{"unit_done", "part done"},
	{"units_planned", "parts counted"},
	{"artifact_saved", "result saved"},
	{"stage_paused", "stage paused"},
	{"stage_finished", "stage done"},
	{"stage_failed", "stage failed"},
	{"run_resumed", "run resumed"},
	{"pipeline_finished", "run ended"},
	{"dry_run_validated", "dry run checked"},
	{"project_created", "project created"},
	{"project_changed", "project changed"},
	{"project_deleted", "project deleted"},
	{"input_added", "file added"},
	{"input_deleted", "file deleted"},
	{"artifact_edited", "result edited"},
	{"chat_posted", "message posted"},
	{"run_acknowledged", "run acknowledged"},
	{"provider_held", "provider held"},
	{"provider_released", "provider released"},
	{"provider_probed", "probe requested"},
	{"breaker_changed", "provider health changed"},
	{"cooldown_started", "key limited"},
	{"cooldown_ended", "key limit ended"},
}

// OfEvent names what happened, by the name of the event.
func OfEvent(name string) string { return look(events, name) }

// Vocabulary is all names that programs use, with their words for people, by kind.
type Vocabulary struct {
	Events          map[string]string
	RunStatuses     map[string]string
	StageStatuses   map[string]string
	TerminalReasons map[string]string
	PauseReasons    map[string]string
	WaitReasons     map[string]string
	DecisionReasons map[string]string
	BreakerStates   map[string]string
	Healths         map[string]string
}

// All returns the vocabulary.
func All() Vocabulary {
	return Vocabulary{
		Events:          byName(events),
		RunStatuses:     byName(runStatuses),
		StageStatuses:   byName(stageStatuses),
		TerminalReasons: byName(terminals),
		PauseReasons:    byName(pauses),
		WaitReasons:     byName(waits),
		DecisionReasons: byName(verdicts),
		BreakerStates:   byName(breakers),
		Healths:         byName(healths),
	}
}

func byName(terms []Term) map[string]string {
	all := map[string]string{}
	for _, t := range terms {
		all[t.Name] = t.Text
	}
	return all
}
