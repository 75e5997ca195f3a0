import { useMemo } from "react";
import type { ErrorClass, LogEvent, RunEvent, Schemas } from "~/api/types";
import type { RunLog } from "./log";

/** What the sentences about a run need of its events, and neither its state nor its view has. */
export interface Gist {
  /** How long every unit at work waited at the same time, in ms; since when one of it goes on now. */
  waitedMS: number;
  waitingSince: number | null;
  /** Who answered last. */
  answered: { provider: string; model: string } | null;
  /** Units that were answered by each provider, in the order in which the providers stepped in. */
  answers: ReadonlyMap<string, number>;
  /** The last failure at each provider, in the order of the first ones. */
  failures: ReadonlyMap<string, { errorClass: ErrorClass; at: string; count: number }>;
  /** The program stopped and the run went on, and no answer came since. */
  resumed: { stoppedAt: string; at: string } | null;
  /** Somebody ended the wait, and no answer came since. */
  triedNow: boolean;
  startedBy: Schemas["Actor"] | null;
  cancelled: { actor: Schemas["Actor"] | null; reason: string | null } | null;
}

type Of<N extends LogEvent["event"]> = Extract<LogEvent, { event: N }>;

/** Folds the events of a run into what its sentences need. */
export function gistOf(events: readonly RunEvent[]): Gist {
  const answers = new Map<string, number>();
  const failures = new Map<string, { errorClass: ErrorClass; at: string; count: number }>();
  const asked = new Set<string>();
  const waiting = new Set<string>();
  const g = { waitedMS: 0, waitingSince: null as number | null, triedNow: false };
  let answered: Gist["answered"] = null;
  let resumed: Gist["resumed"] = null;
  let startedBy: Gist["startedBy"] = null;
  let cancelled: Gist["cancelled"] = null;
  let last = "";
  for (const e of events) {
    switch (e.event) {
      case "pipeline_started":
        startedBy = (e as Of<"pipeline_started">).actor ?? null;
        break;
      case "attempt_started":
        asked.add(tryOf(e as Of<"attempt_started">));
        waiting.delete(unitOf(e as Of<"attempt_started">));
        break;
      case "attempt_finished": {
        const a = e as Of<"attempt_finished">;
        asked.delete(tryOf(a));
        answered = { provider: a.provider, model: a.model };
        answers.set(a.provider, (answers.get(a.provider) ?? 0) + 1);
        resumed = null;
        g.triedNow = false;
        break;
      }
      case "attempt_failed": {
        const a = e as Of<"attempt_failed">;
        asked.delete(tryOf(a));
        g.triedNow = false;
        if (a.error_class === "canceled") break;
        const had = failures.get(a.provider)?.count ?? 0;
        failures.set(a.provider, { errorClass: a.error_class, at: a.ts, count: had + 1 });
        break;
      }
      case "stage_waiting":
        waiting.add(unitOf(e as Of<"stage_waiting">));
        break;
      case "unit_done":
        waiting.delete(unitOf(e as Of<"unit_done">));
        resumed = null;
        break;
      case "try_now_requested":
        g.triedNow = true;
        break;
      case "run_resumed": {
        const r = e as Of<"run_resumed">;
        if (r.cause === "crash") resumed = { stoppedAt: last, at: r.ts };
        asked.clear(); // calls of a process that is gone
        break;
      }
      case "run_cancelled": {
        const c = e as Of<"run_cancelled">;
        cancelled = { actor: c.actor ?? null, reason: c.reason ?? null };
        break;
      }
      case "stage_finished":
      case "stage_failed":
      case "stage_paused":
      case "pipeline_finished":
        waiting.clear();
        asked.clear();
    }
    last = e.ts;
    const at = Date.parse(e.ts);
    const waits = waiting.size > 0 && asked.size === 0;
    if (waits && g.waitingSince === null) g.waitingSince = at;
    if (!waits && g.waitingSince !== null) {
      g.waitedMS += at - g.waitingSince;
      g.waitingSince = null;
    }
  }
  return { ...g, answered, answers, failures, resumed, startedBy, cancelled };
}

const unitOf = (e: { stage_id: string; unit: string }): string => `${e.stage_id} ${e.unit}`;
const tryOf = (e: { stage_id: string; unit: string; role: string; attempt: number }): string =>
  `${e.stage_id} ${e.unit} ${e.role} ${e.attempt}`;

/** The gist of a log. */
export const useGist = (log: RunLog): Gist => useMemo(() => gistOf(log.events), [log.events]);
