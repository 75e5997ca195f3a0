import type { Schemas } from "~/api/types";
import { Icon, type IconName } from "~/design/icon";
import { Plate } from "~/design/parts";
import { formatCount, formatProvider, formatTime } from "~/format/format";
import type { Lane, LaneSpan, Ms } from "~/run/view";
import { timeline } from "~/text/timeline";
import type { Axis } from "./axis";
import { Bar, Mark } from "./bars";

const text = timeline.lane;

type Standing = Schemas["ProviderStanding"];

/** What the server says about a provider now, and what comes next there. */
export interface LaneOutlook {
  standing: Standing | undefined;
  next: readonly Schemas["Next"][];
}

interface Props {
  lane: Lane;
  axis: Axis;
  now: Ms;
  ended: boolean;
  width: number;
  outlook: LaneOutlook;
}

/** The lane of a provider: when it answered, was out, limited or held, and what is planned. */
export function LaneRow({ lane, axis, now, ended, width, outlook }: Props) {
  const name = formatProvider(lane.provider);
  const state = laneState(lane, outlook.standing, ended);
  return (
    <>
      <div className="lab">
        <Plate name={name} hollow={lane.missing} />
        <span>{name}</span>
        <span className={`meta ${state.tone}`}>
          {state.icon && <Icon name={state.icon} />} {state.words}
        </span>
      </div>
      <div className="trk" aria-hidden="true">
        {lane.spans.length === 0 && lane.marks.length === 0 && <Bar axis={axis} kind="none" from={axis.from} to={axis.to} />}
        {drawnSpans(lane, now).map((s) => (
          <Bar
            key={`${s.seq} ${s.kind} ${s.model ?? ""}`}
            axis={axis}
            kind={needsPerson(s) ? "open" : kinds[s.kind]}
            from={s.from}
            to={s.end}
            model={s.kind === "open" && s.model !== null}
            title={s.model ?? undefined}
            words={spanWords(s)}
            width={width}
          />
        ))}
        {probes(lane, axis, width).map((m) => (
          <Mark
            key={m.seq}
            axis={axis}
            at={m.at}
            icon={m.kind === "probe_failed" ? "x" : "check"}
            {...(m.kind === "probe_failed" ? {} : { kind: "ok" as const })}
            title={m.kind === "probe_failed" ? text.probeFailed : text.probeAnswered}
          />
        ))}
        {outlook.next.map((n) => (
          <Planned
            key={`${n.what} ${n.at} ${n.model ?? ""}`}
            next={n}
            axis={axis}
            now={now}
            width={width}
            drawn={drawnUntil(lane)}
          />
        ))}
      </div>
    </>
  );
}

const kinds = { open: "open", probing: "probing", gate: "gate", held: "wait", answers: "well" } as const;

/** Whether a limit is one that time alone does not end. */
const needsPerson = (s: Pick<LaneSpan, "kind" | "errorClass">): boolean =>
  s.kind === "gate" && s.errorClass !== null && personal.has(s.errorClass);
const personal: ReadonlySet<string> = new Set(["auth", "permission", "quota_exhausted", "not_found"]);

function spanWords(s: Pick<LaneSpan, "kind" | "until" | "errorClass">): string | undefined {
  if (s.until === null || needsPerson(s)) return undefined;
  if (s.kind === "gate") return text.limitedUntil(formatTime(new Date(s.until)));
  if (s.kind === "held") return text.heldUntil(formatTime(new Date(s.until)));
  return undefined;
}

/** Until when a limit or hold of the lane is drawn already. */
const drawnUntil = (lane: Lane): Ms =>
  Math.max(0, ...lane.spans.map((s) => (s.to === null && (s.kind === "gate" || s.kind === "held") ? (s.until ?? 0) : 0)));

/** What is planned at a provider: a guess, drawn behind the line of now. */
function Planned({ next, axis, now, width, drawn }: { next: Schemas["Next"]; axis: Axis; now: Ms; width: number; drawn: Ms }) {
  const at = next.at * 1000;
  if (at <= now) return null;
  if (next.what === "probe") {
    return (
      <>
        {drawn < at - 1000 && (
          <Bar axis={axis} kind="wait" from={now} to={at} words={text.asks(formatTime(new Date(at)))} width={width} />
        )}
        <Mark axis={axis} at={at} icon="probe" kind="go" title={text.planned.probe} />
      </>
    );
  }
  const planned = text.planned[next.what as "limit_ends" | "hold_ends"] as string | undefined;
  return planned ? (
    <Mark axis={axis} at={at} icon={next.what === "limit_ends" ? "gate" : "now"} kind="go" title={planned} />
  ) : null;
}

type DrawnSpan = Omit<LaneSpan, "from"> & { from: Ms; end: Ms };

/** The spans as they are drawn: those of several models that say the same are one. */
function drawnSpans(lane: Lane, now: Ms): DrawnSpan[] {
  const drawn: DrawnSpan[] = [];
  const whole = lane.spans.filter((s) => s.kind === "open" && s.model === null);
  for (const s of lane.spans) {
    const end = s.to ?? (s.kind === "gate" || s.kind === "held" ? (s.until ?? now) : now);
    // A model that is out with its provider says nothing more.
    if (s.model !== null && s.kind === "probing") continue;
    if (s.model !== null && s.kind === "open" && whole.some((w) => w.from <= s.from && (w.to ?? now) >= end)) continue;
    const same = drawn.find(
      (d) => d.kind === s.kind && d.kind !== "open" && d.kind !== "probing" && s.from <= d.end && end >= d.from,
    );
    if (same) {
      same.end = Math.max(same.end, end);
      same.from = Math.min(same.from, s.from);
    } else drawn.push({ ...s, end });
  }
  const order = { answers: 0, held: 1, gate: 1, open: 2, probing: 3 };
  return drawn.sort((a, b) => order[a.kind] - order[b.kind]);
}

const apart = 22; // px: marks that are nearer would cover one another

/** The outcomes of probes; of those that would cover one another, the last. */
function probes(lane: Lane, axis: Axis, width: number) {
  const shown: Lane["marks"][number][] = [];
  for (const m of lane.marks) {
    if (m.kind === "refused") continue;
    const last = shown.at(-1);
    if (last && (axis.at(m.at) - axis.at(last.at)) * width < apart) shown.pop();
    shown.push(m);
  }
  return shown;
}

interface LaneState {
  words: string;
  tone: "" | "bad" | "wait";
  icon: IconName | null;
}

/** How a provider stands, in a few words: as the server says now, or as the run left it. */
export function laneState(lane: Lane, standing: Standing | undefined, ended: boolean): LaneState {
  if (lane.missing) return { words: text.noKey, tone: "", icon: "key" };
  if (!ended && standing) return ofStanding(standing);
  const last = lane.spans.findLast((s) => s.kind !== "answers");
  const end = Math.max(...lane.spans.map((s) => s.to ?? 0), 0);
  const lasts = last !== undefined && (last.to === null || last.to >= end);
  if (lasts && last.kind === "open" && last.model === null) {
    const since = lane.spans.filter((s) => s.kind === "open" && s.model === null)[0]!.from;
    return { words: ended ? text.wasOut : text.out(formatTime(new Date(since))), tone: "bad", icon: "out" };
  }
  if (lasts && last.kind === "gate") return ofGate(last);
  const refused = lane.marks.filter((m) => m.kind !== "probe_answered").length;
  if (refused > 0) return { words: text.refused(formatCount(refused)), tone: "", icon: null };
  return { words: lane.spans.length === 0 ? text.notAsked : "", tone: "", icon: null };
}

function ofGate(s: LaneSpan): LaneState {
  if (s.errorClass === "auth" || s.errorClass === "permission") return { words: text.rejected, tone: "bad", icon: "key" };
  if (s.errorClass === "quota_exhausted") return { words: text.quota, tone: "bad", icon: "gate" };
  return { words: text.limited(formatTime(new Date(s.from))), tone: "wait", icon: "gate" };
}

function ofStanding(s: Standing): LaneState {
  const since = s.since === null ? "" : formatTime(s.since);
  switch (s.state) {
    case "well":
      return { words: text.well, tone: "", icon: "ok" };
    case "out":
      return { words: text.out(since), tone: "bad", icon: "out" };
    case "partly_out":
      return { words: text.partlyOut(s.model ?? ""), tone: "wait", icon: "out" };
    case "probing":
      return { words: text.probing, tone: "wait", icon: "probe" };
    case "limited":
      return { words: text.limited(since), tone: "wait", icon: "gate" };
    case "key_rejected":
      return { words: text.rejected, tone: "bad", icon: "key" };
    case "out_of_quota":
      return { words: text.quota, tone: "bad", icon: "gate" };
    case "model_unavailable":
      return { words: text.unavailable(s.model ?? ""), tone: "bad", icon: "out" };
    case "held":
      return { words: text.held, tone: "wait", icon: "pause" };
    case "not_configured":
      return { words: text.noKey, tone: "", icon: "key" };
  }
}
