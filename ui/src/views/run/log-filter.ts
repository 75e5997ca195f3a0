import type { RunEvent } from "~/api/types";

/** A group of kinds of events. */
export type Group = "run" | "tries" | "waits" | "providers" | "results" | "people";

/** The groups in the order in which they are offered. */
export const groups: readonly Group[] = ["run", "tries", "waits", "providers", "results", "people"];

const groupOf: Record<string, Group> = {
  attempt_started: "tries",
  attempt_progress: "tries",
  attempt_finished: "tries",
  attempt_failed: "tries",
  stage_retrying: "waits",
  stage_fallback: "waits",
  stage_waiting: "waits",
  breaker_opened: "providers",
  breaker_probing: "providers",
  breaker_closed: "providers",
  artifact_saved: "results",
  unit_done: "results",
  unit_reused: "results",
  retry_requested: "people",
  run_resumed: "people",
  run_cancelled: "people",
  try_now_requested: "people",
};

/** The group of an event; kinds of a later version are in that of the run. */
export const group = (e: RunEvent): Group => groupOf[e.event] ?? "run";

/** A member of an event, whatever its kind; undefined where it has none. */
export function member(e: RunEvent, name: string): unknown {
  return (e as unknown as Record<string, unknown>)[name];
}

/** A member of an event that is a text and not empty. */
export function textMember(e: RunEvent, name: string): string | undefined {
  const v = member(e, name);
  return typeof v === "string" && v !== "" ? v : undefined;
}

const problems: ReadonlySet<string> = new Set([
  "stage_failed",
  "stage_paused",
  "stage_waiting",
  "breaker_opened",
  "budget_exceeded",
]);

/** Whether an event tells of something that went wrong; what follows from it, as the next try, is none. */
export function isProblem(e: RunEvent): boolean {
  if (e.event === "attempt_failed") return member(e, "error_class") !== "canceled";
  if (e.event === "pipeline_finished") return member(e, "success") === false && member(e, "outcome") !== "cancelled";
  return problems.has(e.event);
}

/** What the log shows, as its address has it. */
export interface LogFilter {
  q?: string;
  show?: string;
  stage?: string;
  unit?: string;
  provider?: string;
}

const searched = [
  "message",
  "event",
  "stage_id",
  "unit",
  "provider",
  "model",
  "served_model",
  "error",
  "error_class",
  "error_code",
  "provider_code",
  "request_id",
  "reason",
  "hint",
];
const haystacks = new WeakMap<RunEvent, string>();

function haystack(e: RunEvent): string {
  let text = haystacks.get(e);
  if (text === undefined) {
    text = [String(e.seq), ...searched.map((name) => textMember(e, name) ?? "")].join("\n").toLowerCase();
    haystacks.set(e, text);
  }
  return text;
}

/** The providers of an event: that of a try, and both of a fallback. */
export function providersOf(e: RunEvent): string[] {
  return ["provider", "from_provider", "to_provider"].flatMap((name) => textMember(e, name) ?? []);
}

/** Whether an event passes all parts of a filter but the group. */
function passes(e: RunEvent, f: LogFilter, words: readonly string[]): boolean {
  if (f.stage !== undefined && member(e, "stage_id") !== f.stage) return false;
  if (f.unit !== undefined && member(e, "unit") !== f.unit) return false;
  if (f.provider !== undefined && !providersOf(e).includes(f.provider)) return false;
  return words.length === 0 || words.every((w) => haystack(e).includes(w));
}

/** What a filter leaves of a log, with how many of each group would be left. */
export interface Filtered {
  events: RunEvent[];
  counts: Record<Group | "all" | "problems", number>;
}

/** Filters events. All words of a search have to be in an event, in any order. */
export function filterLog(events: readonly RunEvent[], f: LogFilter): Filtered {
  const words = (f.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const counts = { all: 0, problems: 0, run: 0, tries: 0, waits: 0, providers: 0, results: 0, people: 0 };
  const left: RunEvent[] = [];
  for (const e of events) {
    if (!passes(e, f, words)) continue;
    const of = group(e);
    const problem = isProblem(e);
    counts.all++;
    counts[of]++;
    if (problem) counts.problems++;
    if (f.show === undefined || f.show === of || (f.show === "problems" && problem)) left.push(e);
  }
  return { events: left, counts };
}

/** The values that filters can take in a log, in the order of their first event. */
export function facets(events: readonly RunEvent[]): { stages: string[]; units: string[]; providers: string[] } {
  const stages = new Set<string>();
  const units = new Set<string>();
  const providers = new Set<string>();
  for (const e of events) {
    const stage = textMember(e, "stage_id");
    const unit = textMember(e, "unit");
    if (stage) stages.add(stage);
    if (unit) units.add(unit);
    for (const p of providersOf(e)) providers.add(p);
  }
  const byName = new Intl.Collator(undefined, { numeric: true });
  return { stages: [...stages], units: [...units].sort(byName.compare), providers: [...providers] };
}

/** A line of the log: an event, or the day that begins with the next one. */
export type Line = { day: string } | { event: RunEvent };

/** The lines of events, with a line where a day begins that is not that of the line before; the first counts as today. */
export function linesOf(events: readonly RunEvent[], dayOf: (ts: string) => string, today: string): Line[] {
  const lines: Line[] = [];
  let day = today;
  let span = ""; // most events are of the ten minutes of the one before: their day need not be made again
  for (const event of events) {
    if (event.ts.slice(0, 15) !== span) {
      span = event.ts.slice(0, 15);
      const of = dayOf(event.ts);
      if (of !== day) lines.push({ day: of });
      day = of;
    }
    lines.push({ event });
  }
  return lines;
}
