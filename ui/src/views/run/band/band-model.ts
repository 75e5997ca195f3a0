import type { RunState, Schemas } from "~/api/types";
import { formatCount, formatList, formatProvider, formatWhen } from "~/format/format";
import { awaitsConfirmation } from "~/run/act/acts";
import { currentStage, leadingUnits } from "~/run/units";
import { run as text } from "~/text/run";
import { cancelled, done, failed } from "./band-ended";
import {
  blame,
  capital,
  clause,
  firstChoice,
  kept,
  names,
  type BandInput,
  type BandModel,
  type Count,
  type Draft,
} from "./band-words";

/** The band of a run. */
export function bandOf(input: BandInput): BandModel {
  const draft = draftOf(input);
  const doing = draft.doing !== undefined ? draft.doing : doingOf(input.answer);
  const steady =
    input.answer.state.status === "running" ? `${draft.pill}${doing ? `: ${doing}` : ""}` : `${draft.pill}. ${draft.title}`;
  return { ...draft, doing, announce: steady };
}

function draftOf(input: BandInput): Draft {
  const { state } = input.answer;
  if (input.cancelling && !["done", "failed", "cancelled"].includes(state.status)) return cancelling(input);
  switch (state.status) {
    case "queued":
      return queued(input);
    case "running":
      return running(input);
    case "waiting":
      return state.needs ? needs(input) : waiting(input);
    case "paused":
      return paused(input);
    case "failed":
      return failed(input);
    case "cancelled":
      return cancelled(input);
    case "done":
      return done(input);
    case "damaged":
      return {
        tone: "bad",
        icon: "out",
        pill: text.pills.damaged,
        title: text.titles.damaged,
        why: [{ text: text.why.damaged }],
        count: null,
        mark: "!",
      };
    default: {
      // A newer server's: what it does is not known here, and nothing is claimed.
      const status: string = state.status;
      return { tone: "off", icon: "more", pill: status, title: text.titles.unknown(status), why: [], count: null, mark: "" };
    }
  }
}

const doingOf = (answer: RunState): string | null => currentStage(answer.state)?.stage.doing ?? null;

function queued({ answer }: BandInput): Draft {
  const at = answer.state.updated_at ?? answer.state.started_at;
  return {
    tone: "off",
    icon: "todo",
    pill: text.pills.queued,
    doing: null,
    title: text.titles.queued,
    why: [],
    count: at ? { kind: "moment", label: text.count.queuedSince, at, foot: "" } : null,
    mark: "",
  };
}

function running(input: BandInput): Draft {
  const { answer, gist } = input;
  const { state } = answer;
  const stage = currentStage(state);
  const count: Count | null = state.started_at ? { kind: "elapsed", since: state.started_at } : null;
  const base = { tone: "live", icon: "run", count, mark: "" } as const;
  if (gist.resumed) {
    const { stoppedAt, at } = gist.resumed;
    const when = (m: string) => formatWhen(m, input.now);
    const why = [{ text: text.why.resumed(when(stoppedAt), when(at)) }, kept(input), { text: text.why.paidOnce }];
    return { ...base, pill: text.pills.resumed, title: text.titles.resumed, why };
  }
  const probed = (state.providers ?? []).find((p) => p.state === "probing");
  if (gist.triedNow || (probed && input.asking <= 1 && gist.answered === null)) {
    const who = probed?.name ?? (state.providers ?? [])[0]?.name;
    const title = text.titles.probing(who ? formatProvider(who) : text.titles.noneNow);
    return { ...base, icon: "probe", pill: text.pills.probing, title, why: [{ text: text.why.probing }, kept(input)] };
  }
  const fallback = fallbackOf(input);
  if (fallback !== null) return { ...base, icon: "fall", pill: text.pills.fallback, ...fallback };
  const doing = stage?.stage.doing ?? null;
  const title =
    doing === null
      ? text.titles.starting
      : stage!.stage.units_total > 1
        ? text.titles.runningUnits(doing, formatCount(stage!.stage.units_done), formatCount(stage!.stage.units_total))
        : text.titles.running(doing);
  const why = gist.answered
    ? [{ text: text.why.answers(`${formatProvider(gist.answered.provider)} ${gist.answered.model}`) }]
    : [];
  return { ...base, pill: state.dry_run ? text.pills.dryRun : text.pills.running, doing: null, title, why };
}

/** That the first choice is out and others answer in its place; null while it is not so. */
function fallbackOf(input: BandInput): Pick<Draft, "title" | "why"> | null {
  const { state } = input.answer;
  const current = currentStage(state);
  const first = current && firstChoice(input.answer, current.id);
  if (!first || !current.stage.fallback) return null;
  const out = (state.providers ?? []).find((p) => p.name === first && p.state !== "well");
  const answered = input.gist.answered;
  if (!out || !answered || answered.provider === first) return null;
  const helpers = [...input.gist.answers.keys()].filter((p) => p !== first);
  const why = [
    ...standingWords([out], input.now).map((t) => ({ text: t, strong: true })),
    { text: text.why.inPlace(`${formatProvider(answered.provider)} ${answered.model}`) },
    ...(out.until ? [{ text: text.why.askedAgain(formatProvider(first), formatWhen(out.until, input.now)) }] : []),
    kept(input),
  ];
  return { title: text.titles.fallback(names(helpers), helpers.length), why };
}

type ProviderStanding = Schemas["ProviderStanding"];

/** How each provider is doing, in a sentence each. */
function standingWords(list: readonly ProviderStanding[], now: number): string[] {
  return list.map((p) => {
    const name = formatProvider(p.name);
    if (p.state === "held") return text.why.heldUntil(name, p.until ? formatWhen(p.until, now) : "");
    const c = clause(p.error_class ?? "unknown", [p.name]);
    if (p.state === "limited" && p.until) return text.why.limitedUntil(c, formatWhen(p.until, now));
    return p.since ? text.why.outSinceOf(c, formatWhen(p.since, now)) : text.why.plain(c);
  });
}

function waiting(input: BandInput): Draft {
  const { answer, failures, now, gist } = input;
  const { state } = answer;
  const waits = Object.values(state.stages).flatMap((s) => s.waits ?? []);
  const bad = (state.providers ?? []).filter((p) => p.state !== "well" && p.state !== "not_configured");
  const held = bad.filter((p) => p.state === "held");
  const classes = new Set(bad.map((p) => p.error_class ?? waits[0]?.error_class ?? "unknown"));
  const single = classes.size === 1 && held.length === 0 ? [...classes][0]! : null;
  const first = bad[0] ?? null;
  const head =
    held.length > 0 && held.length === bad.length
      ? text.titles.held(names(held.map((p) => p.name)), held.length)
      : single !== null
        ? clause(
            single,
            bad.map((p) => p.name),
          )
        : bad.length > 0 || waits.length === 0
          ? text.titles.noneNow
          : clause(waits[0]!.error_class ?? "unknown", [waits[0]!.provider ?? ""]);
  const givesUp = waits.some((w) => w.gives_up);
  const since = earliest(bad.map((p) => p.since));
  const why = [
    ...(single !== null && bad.length > 1 && since
      ? [{ text: text.why.outSince(formatWhen(since, now)), strong: true }]
      : single !== null && first?.since && first.state !== "limited"
        ? [{ text: text.why.outSince(formatWhen(first.since, now)), strong: true }]
        : standingWords(bad, now)
            .slice(0, 3)
            .map((t) => ({ text: t, strong: true }))),
    ...steppedIn(input),
    kept(input),
    ...blame(single ?? first?.error_class ?? waits[0]?.error_class, failures),
  ];
  const at = state.next_attempt_at;
  const lead = waits.filter((w) => w.until === at).map((w) => w.since);
  const whose = nextProviders(answer);
  return {
    tone: "wait",
    icon: "wait",
    pill: text.pills.waiting,
    title: givesUp ? text.titles.waitingGivesUp(head) : text.titles.waiting(head),
    why,
    count: at
      ? { kind: "until", label: text.count.nextTry, at, since: latest(lead) ?? gist.waitingSince, who: names(whose) }
      : since
        ? { kind: "moment", label: text.count.waitingSince, at: since, foot: "" }
        : null,
    mark: "⏸",
  };
}

/** The providers that are asked at the next try. */
function nextProviders({ state }: RunState): string[] {
  const at = state.next_attempt_at;
  const due = (state.next ?? []).filter((n) => at !== null && Math.abs(n.at - at) < 1 && n.provider);
  return [...new Set(due.map((n) => n.provider!))];
}

const numbers = (all: readonly (number | null | undefined)[]): number[] => all.filter((n): n is number => typeof n === "number");
const earliest = (all: readonly (number | null | undefined)[]): number | null =>
  numbers(all).length ? Math.min(...numbers(all)) : null;
const latest = (all: readonly (number | null | undefined)[]): number | null =>
  numbers(all).length ? Math.max(...numbers(all)) : null;

/** The providers that answered in place of the first choice. */
function steppedIn({ answer, gist }: BandInput): { text: string }[] {
  const u = leadingUnits(answer.state);
  const first = u && firstChoice(answer, u.stageID);
  if (!u || !first) return [];
  return [...gist.answers]
    .filter(([p]) => p !== first && p !== "offline")
    .map(([p, n]) => ({ text: text.why.steppedIn(formatProvider(p), u.kind, n, formatCount(n)) }));
}

function needs(input: BandInput): Draft {
  const { state } = input.answer;
  const list = state.needs ?? [];
  const what = formatList(list.map((n) => text.need[n.kind]?.(n.name, n.model) ?? n.name)).replace(/,$/, "");
  const at = state.updated_at;
  return {
    tone: "bad",
    icon: "key",
    pill: text.pills.needs,
    title: text.titles.needs(what),
    why: [{ text: text.why.needsWays }, kept(input)],
    count: at ? { kind: "moment", label: text.count.needsSince, at, foot: text.count.noRetry } : null,
    mark: "!",
  };
}

function paused(input: BandInput): Draft {
  const { answer, words, failures } = input;
  const stop = Object.values(answer.state.stages).find((s) => s.status === "paused");
  const reason = stop?.pause_reason;
  const at = answer.state.updated_at;
  const count: Count | null = at ? { kind: "moment", label: text.count.pausedSince, at, foot: "" } : null;
  const pill = answer.state.needs_you ? text.pills.pausedNeeds : text.pills.paused;
  const base = { tone: "off", icon: "pause", pill, count, mark: "!" } as const;
  if (awaitsConfirmation(answer)) {
    return {
      ...base,
      icon: "you",
      title: text.titles.confirm,
      why: [{ text: text.why.settingsCheck }, kept(input), { text: text.why.pausedNothing }],
    };
  }
  const because = (reason && (words?.pause_reasons as Record<string, string> | undefined)?.[reason]) ?? reason ?? "";
  const said = stop?.error ? [{ text: `${capital(stop.error)}.`, foreign: true }] : [];
  return {
    ...base,
    title: text.titles.paused(because),
    why: [kept(input), ...said, ...blame(stop?.final_error_class, failures), { text: text.why.pausedNothing }],
  };
}

function cancelling(input: BandInput): Draft {
  const since = input.answer.state.started_at;
  return {
    tone: "wait",
    icon: "wait",
    pill: text.pills.cancelling,
    title: text.titles.cancelling,
    why: [kept(input)],
    count: since ? { kind: "elapsed", since } : null,
    mark: "",
  };
}
