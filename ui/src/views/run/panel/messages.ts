import type { LogEvent, RunEvent } from "~/api/types";
import type { IconName } from "~/design/icon";

/** A message of the panel: the words of the last of some like events. */
export interface PanelMessage {
  key: string;
  icon: IconName;
  tone: "ok" | "live" | "wait" | "bad" | "";
  text: string;
  /** When the last of them happened, and where it stands in the log. */
  at: string;
  seq: number;
  /** How many like ones there are. */
  count: number;
  kind: RunEvent["event"];
}

type Look = Pick<PanelMessage, "icon" | "tone">;

const looks: Partial<Record<LogEvent["event"], Look>> = {
  pipeline_started: { icon: "file", tone: "" },
  retry_requested: { icon: "retry", tone: "" },
  stage_skipped_reused: { icon: "skip", tone: "" },
  units_planned: { icon: "todo", tone: "" },
  stage_finished: { icon: "ok", tone: "ok" },
  stage_retrying: { icon: "retry", tone: "wait" },
  stage_fallback: { icon: "fall", tone: "live" },
  stage_waiting: { icon: "wait", tone: "wait" },
  breaker_opened: { icon: "out", tone: "bad" },
  breaker_probing: { icon: "probe", tone: "wait" },
  breaker_closed: { icon: "ok", tone: "ok" },
  budget_exceeded: { icon: "gate", tone: "bad" },
  try_now_requested: { icon: "now", tone: "live" },
  run_resumed: { icon: "run", tone: "live" },
  stage_paused: { icon: "pause", tone: "" },
  stage_failed: { icon: "bad", tone: "bad" },
  run_cancelled: { icon: "x", tone: "" },
  pipeline_finished: { icon: "ok", tone: "" },
  dry_run_validated: { icon: "ok", tone: "ok" },
};

/**
 * What happened in a run, in the words of its events. Notices that repeat, such as those of each
 * scene that goes to another provider, are one message that stays in its place and has the last one's words,
 * until something happens that begins anew: a stage ends, a provider is back, somebody acts.
 */
export function messagesOf(events: readonly RunEvent[]): PanelMessage[] {
  const all: PanelMessage[] = [];
  const at = new Map<string, number>();
  let episode = 0;
  for (const e of events) {
    const look = looks[e.event];
    if (look === undefined) continue;
    if (e.event === "pipeline_finished" && all.at(-1)?.kind === "stage_failed") continue; // the stage said why
    if (e.event === "pipeline_finished" && all.at(-1)?.kind === "run_cancelled") continue;
    const group = groupOf(e);
    const key = group === null ? `${e.seq}` : `${episode} ${group}`;
    const had = at.get(key);
    if (had === undefined) at.set(key, all.length);
    const m = { ...lookOf(e, look), key, text: e.message, at: e.ts, seq: e.seq, kind: e.event };
    if (had === undefined) all.push({ ...m, count: 1 });
    else all[had] = { ...m, count: all[had]!.count + 1 };
    if (begins.has(e.event)) episode++;
  }
  return all;
}

/** Events after which like ones are news again. */
const begins: ReadonlySet<string> = new Set([
  "breaker_closed",
  "stage_finished",
  "stage_paused",
  "run_resumed",
  "try_now_requested",
]);

/** What events have in common that say the same again; null for those that are each news. */
function groupOf(e: RunEvent): string | null {
  switch (e.event) {
    case "stage_retrying":
    case "stage_waiting":
      return `${e.event} ${(e as { stage_id: string }).stage_id}`;
    case "stage_fallback": {
      const f = e as Extract<LogEvent, { event: "stage_fallback" }>;
      return `${f.event} ${f.stage_id} ${f.to_provider}`;
    }
    case "breaker_opened":
    case "breaker_probing":
      return `breaker ${(e as { provider: string }).provider}`;
    default:
      return null;
  }
}

function lookOf(e: RunEvent, look: Look): Look {
  if (e.event !== "pipeline_finished") return look;
  const { outcome } = e as Extract<LogEvent, { event: "pipeline_finished" }>;
  if (outcome === "done") return { icon: "ok", tone: "ok" };
  return outcome === "failed" ? { icon: "bad", tone: "bad" } : { icon: "x", tone: "" };
}
