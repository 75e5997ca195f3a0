// Events, told apart by their name.
import type { components } from "~/api/schema.gen";

type Schemas = components["schemas"];
export type Event = Schemas["Event"];
type Of<Name extends Event["event"]> = Extract<Event, { event: Name }>;

// Fails to compile where a value is left.
export function never(value: never): never {
  throw new Error(`not expected: ${JSON.stringify(value)}`);
}

const seconds = (from: string, to: string | null): number => (to === null ? 0 : (Date.parse(to) - Date.parse(from)) / 1000);

// decisionText names the candidates and why each is not the one.
function decisionText(d: Schemas["Decision"]): string {
  const others = d.others.map((v: Schemas["Verdict"]) => `${v.provider} ${v.model}: ${verdictWord(v.reason)} ${v.until ?? ""}`);
  return [`${d.model ?? "none"} at ${d.at}, ${d.attempts_left} left, ${d.breaker ?? "closed"}: ${d.why}`, ...others].join("\n");
}

function verdictWord(reason: Schemas["VerdictReason"]): string {
  switch (reason) {
    case "held":
      return "held";
    case "gated":
      return "limited";
    case "breaker_open":
      return "out";
    case "probing":
      return "being asked";
    case "not_configured":
      return "no key";
    case "small_window":
      return "too small";
    case "over_budget":
      return "too dear";
    case "refused":
      return "refused";
    case "failed":
      return "failed";
    case "provider_out":
      return "provider failed";
    case "reserved":
      return "kept for others";
    case "behind":
      return "later";
    case "left_out":
      return "left out of this run";
    default:
      return never(reason);
  }
}

const attemptKey = (e: { stage_id: string; unit: string; role: Schemas["Role"]; attempt: number }): string =>
  `${e.stage_id}/${e.unit}/${e.role}/${e.attempt}`;

// line says on one line what happened; every name has its own members.
export function line(e: Event): string {
  const said: string = `${e.ts} ${e.message}`;
  switch (e.event) {
    case "pipeline_started":
      return `${said} ${e.seq} ${e.stage_ids.join()} ${e.recipe_digest} ${Object.keys(e.runtime_params).length}`;
    case "stage_started":
      return `${said} ${e.stage_id}`;
    case "stage_skipped_reused":
      return `${said} ${e.artifacts.map((ref) => ref.path).join()}`;
    case "attempt_started":
      return `${attemptKey(e)} ${e.decision === undefined ? "" : decisionText(e.decision)}`;
    case "attempt_progress":
      return `${attemptKey(e)} ${e.output_tokens} ${e.tokens_per_second}`;
    case "attempt_finished":
      return `${attemptKey(e)} ${e.cost_usd?.toFixed(4) ?? "unknown"} ${e.latency_ms} ${e.request_id ?? ""}`;
    case "attempt_failed":
      return `${attemptKey(e)} ${e.error_class} ${e.provider_code ?? ""} ${e.http_status ?? 0} ${e.scope ?? ""}`;
    case "stage_retrying":
      return `${said} ${e.retry_delay_seconds} ${e.next_attempt_at} ${decisionText(e.decision)}`;
    case "stage_fallback":
      return `${e.from_model} to ${e.to_model} past ${e.skipped_models.join()} ${decisionText(e.decision)}`;
    case "stage_waiting":
      return `${said} ${seconds(e.ts, e.until)} ${e.gives_up ?? false} ${decisionText(e.decision)}`;
    case "breaker_opened":
      return `${e.provider} ${e.model ?? ""} ${e.from satisfies Schemas["BreakerState"]} ${seconds(e.ts, e.until)}`;
    case "breaker_probing":
    case "breaker_closed":
      return `${e.provider} ${e.evidence}`;
    case "budget_exceeded":
      return `${e.spent_usd} of ${e.limit_usd}`;
    case "unit_reused":
      return `${e.unit} of ${e.from_run_id}`;
    case "retry_requested":
      return `${e.mode satisfies Schemas["RetryMode"]} ${e.kept.join()} ${e.changes?.map((c) => c.key).join() ?? ""}`;
    case "run_cancelled":
      return `${said} ${e.reason ?? ""} ${actorText(e.actor)}`;
    case "unit_done":
      return `${e.done} of ${e.total}`;
    case "units_planned":
      return `${e.total}`;
    case "artifact_saved":
      return `${e.artifact_type}/${e.entity_id}/${e.version} ${e.health satisfies Schemas["ArtifactHealth"]}`;
    case "stage_paused":
      return pauseWord(e.reason);
    case "stage_finished":
      return `${e.cost_usd} ${e.artifacts.length}`;
    case "stage_failed":
      return `${e.error_class} ${terminalWord(e.terminal_reason)} ${e.attempt_count} ${e.decision?.why ?? ""}`;
    case "run_resumed":
      return `${e.cause satisfies Schemas["ResumeCause"]} ${actorText(e.actor)}`;
    case "try_now_requested":
      return `${said} ${actorText(e.actor)}`;
    case "pipeline_finished":
      return `${e.outcome satisfies Schemas["Outcome"]} ${e.success} ${e.total_cost_usd} ${e.error ?? ""}`;
    case "dry_run_validated":
      return said;
    case "project_created":
    case "project_changed":
      return `${e.run_id ?? ""} ${e.project_id} ${e.display_name} ${actorText(e.actor)}`;
    case "project_deleted":
      return `${e.project_id} ${e.runs} ${e.inputs} ${e.artifacts}`;
    case "input_added":
      return `${e.filename} ${e.size_bytes}`;
    case "input_deleted":
      return `${e.input} ${e.runs}`;
    case "artifact_edited":
      return `${e.action satisfies Schemas["EditAction"]} ${e.artifact.path}`;
    case "chat_posted":
      return e.message_id;
    case "run_acknowledged":
      return e.about_run_id;
    case "provider_held":
      return `${e.provider} ${e.until} ${e.reason ?? ""}`;
    case "provider_released":
    case "provider_probed":
      return `${e.provider} ${e.model ?? e.key ?? ""} ${e.reason ?? ""}`;
    case "breaker_changed":
      return `${e.provider} ${e.from} ${e.to} ${e.until ?? ""}`;
    case "cooldown_started":
      return `${e.provider} ${e.error_class} ${e.needs_person}`;
    case "cooldown_ended":
      return e.provider;
    case "OtherEvent":
      return said; // a name that this client does not know
    default:
      return never(e);
  }
}

function actorText(actor: Schemas["Actor"] | null | undefined): string {
  return actor == null ? "" : `${actor.name ?? "someone"} by ${actor.channel satisfies Schemas["Channel"]}`;
}

export function pauseWord(reason: Schemas["PauseReason"]): string {
  switch (reason) {
    case "awaiting_confirmation":
      return "needs you";
    case "interrupted":
      return "stopped";
    case "exhausted":
      return "gave up";
    case "process_deaths":
      return "set aside";
    default:
      return never(reason);
  }
}

export function terminalWord(reason: Schemas["TerminalReason"]): string {
  switch (reason) {
    case "non_retryable_error":
    case "retry_budget_exhausted_or_no_fallback":
    case "wait_budget_exhausted":
    case "cost_budget_exceeded":
    case "module_error":
    case "invalid_input":
    case "cancelled":
      return reason.replaceAll("_", " ");
    default:
      return never(reason);
  }
}

// waits keeps the waits of a stage, by unit.
export function waits(events: readonly Event[]): Map<string, Of<"stage_waiting">> {
  const all = new Map<string, Of<"stage_waiting">>();
  for (const e of events) {
    if (e.event === "stage_waiting") all.set(e.unit, e);
    else if (e.event === "attempt_started" || e.event === "unit_reused") all.delete(e.unit);
  }
  return all;
}

// frame reads the data of a frame of a stream of topics.
export function frame(data: string): string {
  const f = JSON.parse(data) as Schemas["StreamFrame"];
  return f.event === "hello" ? `${f.version} at ${f.position}, ${f.server_time}` : line(f);
}

export function briefFrame(data: string): string {
  const f = JSON.parse(data) as Schemas["BriefStreamFrame"];
  return f.event === "hello" ? f.server_time : `${f.message} ${f.done ?? 0}/${f.total ?? 0} ${f.stage_id ?? ""}`;
}
