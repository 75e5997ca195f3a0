import type { ErrorClass, RunState, Schemas } from "~/api/types";
import { formatCount, formatDuration, formatList, formatMoney, formatProvider, formatWhen } from "~/format/format";
import { currentStage, leadingUnits, shortRun, stageOf } from "~/run/units";
import { run as text } from "~/text/run";
import {
  actorWords,
  blame,
  clause,
  costOf,
  firstChoice,
  kept,
  unitsAre,
  type BandInput,
  type Count,
  type Draft,
} from "./band-words";

/** How long a run took, with what it cost below. */
function took({ answer }: BandInput): Count | null {
  const { started_at: a, finished_at: z } = answer.state;
  return a && z ? { kind: "took", seconds: z - a, foot: formatMoney(costOf(answer)) } : null;
}

export function cancelled(input: BandInput): Draft {
  const { answer, gist, now } = input;
  const { state } = answer;
  const u = leadingUnits(state);
  const at = formatWhen(state.finished_at ?? state.updated_at ?? 0, now);
  const by = gist.cancelled;
  return {
    tone: "off",
    icon: "x",
    pill: text.pills.cancelled,
    title: u && u.done > 0 ? text.titles.cancelledKept(at, unitsAre(u)) : text.titles.cancelled(at),
    why: [
      ...(by?.actor ? [{ text: text.why.cancelledBy(actorWords(by.actor)) }] : []),
      ...(by?.reason ? [{ text: text.why.cancelledWhy(by.reason), foreign: true }] : []),
      ...retried(answer, text.why.cancelledLater),
    ],
    count: took(input),
    mark: "✗",
  };
}

const retried = ({ state }: RunState, otherwise: string): { text: string }[] => [
  { text: state.retried_by ? text.why.retriedBy(shortRun(state.retried_by)) : otherwise },
];

export function failed(input: BandInput): Draft {
  const { answer, failures, now } = input;
  const { state } = answer;
  const stop = currentStage(state);
  const s = stop?.stage.status === "failed" ? stop.stage : null;
  const c = s?.final_error_class ?? null;
  const needsFix = failures.find((f) => f.error_class === c)?.retryable === false;
  const at = state.finished_at ?? state.updated_at;
  return {
    tone: "bad",
    icon: "bad",
    pill: text.pills.failed,
    title: failedTitle(input),
    why: [
      ...(at ? [{ text: text.why.stoppedAt(formatWhen(at, now)), strong: true }] : []),
      kept(input),
      ...(state.retried_by ? retried(answer, "") : needsFix ? [{ text: text.why.needsFix }] : []),
      ...blame(c, failures),
      ...(state.acknowledged
        ? [{ text: text.why.acknowledged(actorWords(state.acknowledged.actor), formatWhen(state.acknowledged.at, now)) }]
        : []),
    ],
    count: at && state.needs_you ? { kind: "moment", label: text.count.needsSince, at, foot: text.count.noRetry } : took(input),
    mark: state.needs_you ? "!" : "✗",
  };
}

/** Why a run failed, in a sentence: of its limit, or of each provider that was left. */
function failedTitle({ answer, gist }: BandInput): string {
  const stop = currentStage(answer.state);
  const s = stop?.stage;
  if (!s || s.status !== "failed") return text.titles.failed(answer.state.error ?? text.pills.failed);
  const c = s.final_error_class ?? "unknown";
  switch (s.terminal_reason) {
    case "cost_budget_exceeded":
      return text.titles.failedCost(formatMoney(s.budget_exceeded?.limit_usd ?? 0));
    case "wait_budget_exhausted": {
      const limit = answer.state.limit_use?.find((l) => l.limit === (s.limit ?? "max_wait_seconds") && l.stage_id === stop.id);
      if (limit) return text.titles.failedWait(formatDuration(limit.value));
      break;
    }
    case "module_error":
      return text.titles.failedOurs(s.doing ?? stop.id);
    case "invalid_input":
      return text.titles.failedInput;
  }
  const last = s.failed_provider ?? "";
  const byClass = new Map<ErrorClass, string[]>();
  for (const [provider, f] of gist.failures)
    if (provider !== last) byClass.set(f.errorClass, [...(byClass.get(f.errorClass) ?? []), provider]);
  byClass.set(c, [...(byClass.get(c) ?? []), ...(last ? [last] : [])]);
  return text.titles.failed(formatList([...byClass].map(([k, who]) => clause(k, who))));
}

export function done(input: BandInput): Draft {
  const { answer } = input;
  const { state } = answer;
  if (state.dry_run) {
    return {
      tone: "ok",
      icon: "ok",
      pill: text.pills.dryRunDone,
      doing: null,
      title: text.titles.dryRun,
      why: [{ text: text.why.dryRun }],
      count: null,
      mark: "✓",
    };
  }
  const scenes = state.stage_order
    .map((id) => stageOf(state, id))
    .flatMap((s) => s?.artifact_refs ?? [])
    .filter((r) => r.artifact_type === "scene").length;
  return {
    tone: "ok",
    icon: "ok",
    pill: text.pills.done,
    doing: state.finished_at ? formatWhen(state.finished_at, input.now) : null,
    title: scenes > 0 ? text.titles.doneScenes(scenes, formatCount(scenes)) : text.titles.done,
    why: helpers(input),
    count: took(input),
    mark: "✓",
  };
}

/** Which providers answered, and why others had to step in. */
function helpers({ answer, gist }: BandInput): { text: string; strong?: boolean }[] {
  const { state } = answer;
  const u = leadingUnits(state);
  const stageID = u?.stageID ?? state.stage_order.find((id) => stageOf(state, id)?.models_used) ?? "";
  const first = firstChoice(answer, stageID);
  const used = new Map<string, number>();
  for (const m of Object.values((stageOf(state, stageID)?.models_used ?? {}) as Record<string, Schemas["ModelUse"]>))
    for (const [p, n] of Object.entries(m.providers as Record<string, number>)) used.set(p, (used.get(p) ?? 0) + n);
  if (used.size === 0) return first === "offline" || first === null ? [] : [];
  if (used.has("offline")) return [{ text: text.why.offline }];
  if (Object.values(state.stages).every((s) => s.attempt_count === 0)) return [{ text: text.why.stored }];
  const others = [...used].filter(([p]) => p !== first);
  if (others.length === 0) return [{ text: text.why.all(formatProvider(first ?? "")) }];
  const because = first === null ? null : gist.failures.get(first);
  return others.map(([p, n]) => ({
    text: because
      ? text.why.helped(formatProvider(p), u?.kind ?? "part", n, formatCount(n), wasWords(because.errorClass, first!))
      : text.why.helpedPlain(formatProvider(p), u?.kind ?? "part", n, formatCount(n)),
  }));
}

const wasWords = (c: ErrorClass, provider: string): string => (text.was[c] ?? text.wasUnknown)(formatProvider(provider));
