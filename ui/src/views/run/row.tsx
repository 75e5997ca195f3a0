import { memo, type ReactNode } from "react";
import { Icon, type IconName } from "~/design/icon";
import { Foreign, Plate } from "~/design/parts";
import { formatCount, formatDuration, formatProvider, formatTime } from "~/format/format";
import { openWait, type AttemptView, type Ms, type UnitView } from "~/run/view";
import { timeline as text } from "~/text/timeline";
import type { Axis } from "./axis";
import { Bar, Beside, Mark, TryBar } from "./bars";
import { answeredBy, modelName, unitKind, unitName, type Failures, type Headings } from "./names";
import type { Row } from "./rows";
import { Swarm } from "./swarm";

/** What all rows are drawn with; it changes only with the axis and the words. */
export interface Drawing {
  axis: Axis;
  width: number; // of the track, px
  ended: boolean;
  headings: Headings;
  failures: Failures;
  reasons: Readonly<Record<string, string>>;
  titles: Readonly<Record<string, string>>; // of stages
  press: (row: Row) => void;
}

type Of<K extends Row["kind"]> = Extract<Row, { kind: K }>;

const clock = (t: Ms): string => formatTime(new Date(t));
const took = (from: Ms, to: Ms): string => formatDuration(Math.max(0, to - from) / 1000);

/** A row that unfolds something: its label is the button. */
function Disc({ row, open, d, children, said }: { row: Row; open: boolean; d: Drawing; children: ReactNode; said: string }) {
  return (
    <button type="button" className="disc" aria-expanded={open} onClick={() => d.press(row)}>
      {children}
      <span className="vh">, {said}</span>
    </button>
  );
}

const unitIcons: Record<UnitView["status"], { icon: IconName; tone: string }> = {
  running: { icon: "run", tone: "live" },
  begun: { icon: "run", tone: "live" },
  waiting: { icon: "wait", tone: "wait" },
  pausing: { icon: "wait", tone: "wait" },
  done: { icon: "ok", tone: "ok" },
  failed: { icon: "bad", tone: "bad" },
  stopped: { icon: "skip", tone: "faint" },
};

/** A unit with all of its tries on one track. */
export const UnitRow = memo(function UnitRow({ row, d, now }: { row: Of<"unit">; d: Drawing; now: Ms }) {
  const { unit: u } = row;
  const { icon, tone } = unitIcons[u.status];
  const wait = openWait(u);
  const heading = d.headings.get(u.unit);
  const last = u.attempts.findLast((a) => a.status === "failed");
  const ends = u.status === "failed" || (u.status === "stopped" && last !== undefined);
  return (
    <>
      <div className="lab">
        <Disc row={row} open={row.open} d={d} said={unitSaid(u)}>
          <Icon name={row.open ? "down" : "open"} />
          <span className={tone}>
            <Icon name={icon} />
          </span>
          <span className="two">
            {unitName(u.unit)} {heading && <span className="faint">{<Foreign>{heading}</Foreign>}</span>}
          </span>
        </Disc>
      </div>
      <div className="trk" aria-hidden="true">
        {joined(u).map((w) => (
          <Bar key={w.from} axis={d.axis} kind="wait" from={w.from} to={w.to} />
        ))}
        {u.attempts.map((a) => (
          <TryBar key={a.seq} axis={d.axis} attempt={a} now={now} title={tryTitle(a, d)} />
        ))}
        {u.reused.map((r) => (
          <Mark key={r.seq} axis={d.axis} at={r.at} icon="copy" kind="ok" title={text.reused(modelName(r.provider, r.model))} />
        ))}
        {wait && <Mark axis={d.axis} at={wait.until} icon="now" kind="go" title={text.waits(clock(wait.until))} />}
        {ends && last && (
          <Beside axis={d.axis} from={u.attempts[0]!.startedAt} to={last.endedAt ?? now}>
            <span className="bad">{classTitle(last, d)}</span>
          </Beside>
        )}
      </div>
    </>
  );
});

/** The times in which a unit waited: one wait that follows another is one. */
function joined(u: UnitView): { from: Ms; to: Ms }[] {
  const spans: { from: Ms; to: Ms }[] = [];
  for (const w of u.waits) {
    const last = spans.at(-1);
    const to = w.endedAt ?? w.until;
    if (last !== undefined && w.since <= last.to) last.to = Math.max(last.to, to);
    else spans.push({ from: w.since, to });
  }
  return spans;
}

function unitSaid(u: UnitView): string {
  const wait = openWait(u);
  const parts = [text.status[u.status]];
  if (wait) parts.push(text.waits(clock(wait.until)));
  if (u.attempts.length > 0)
    parts.push(text.said.tries(u.attempts.length, formatCount(u.attempts.length), formatCount(u.failed)));
  parts.push(u.endedAt === null ? text.said.since(clock(u.startedAt)) : text.said.span(clock(u.startedAt), clock(u.endedAt)));
  return parts.join(", ");
}

const classTitle = (a: AttemptView, d: Drawing): string =>
  a.errorClass === null ? text.asked[a.status] : (d.failures.get(a.errorClass)?.title ?? a.errorClass);

function tryTitle(a: AttemptView, d: Drawing): string {
  const what = a.status === "failed" ? classTitle(a, d) : text.asked[a.status];
  return `${modelName(a.provider, a.model)}, ${what}`;
}

/** A try, with how it ended beside its bar. */
export const TryRow = memo(function TryRow({ row, d, now }: { row: Of<"try">; d: Drawing; now: Ms }) {
  const a = row.attempt;
  const { icon, tone } = tryIcon(a);
  const end = a.endedAt ?? now;
  const falls = !a.hedge && isFallback(a, row.unit);
  const note = [text.role[a.role], a.hedge && text.hedge, falls && text.fallback, a.probe && text.probe]
    .filter(Boolean)
    .join(", ");
  const outcome = tryOutcome(a, d, now);
  const said = [outcome, note, text.said.span(clock(a.startedAt), clock(end))].filter(Boolean).join(", ");
  return (
    <>
      <div className="lab">
        <Disc row={row} open={row.open} d={d} said={said}>
          <span className={tone}>
            <Icon name={icon} />
          </span>
          <span className="two">
            <span className="strong">{text.try(formatCount(a.number))}</span> <Plate name={formatProvider(a.provider)} />{" "}
            {a.model === a.provider ? formatProvider(a.provider) : a.model}
          </span>
        </Disc>
        {note && (
          <span className="meta" title={note} aria-hidden="true">
            {text.role[a.role]} {falls && <Icon name="fall" />} {a.hedge && <Icon name="swap" />}{" "}
            {a.probe && <Icon name="probe" />}
          </span>
        )}
      </div>
      <div className="trk" aria-hidden="true">
        <TryBar axis={d.axis} attempt={a} now={now} />
        <Beside axis={d.axis} from={a.startedAt} to={end}>
          <span className={a.status === "failed" ? "bad" : ""}>{outcome}</span>
        </Beside>
      </div>
    </>
  );
});

function tryIcon(a: AttemptView): { icon: IconName; tone: string } {
  if (a.status === "failed") return { icon: "bad", tone: "bad" };
  if (a.status === "success") return { icon: "ok", tone: "ok" };
  if (a.status === "running") return { icon: "run", tone: "live" };
  return { icon: "skip", tone: "faint" };
}

function tryOutcome(a: AttemptView, d: Drawing, now: Ms): string {
  switch (a.status) {
    case "running":
      if (a.outputTokens > 0) return `${took(a.startedAt, now)}, ${text.tokensSoFar(formatCount(a.outputTokens))}`;
      return took(a.startedAt, now);
    case "success":
      return text.answered(formatDuration((a.latencyMS ?? 0) / 1000));
    case "failed": {
      const code = a.httpStatus === null ? "" : ` ${a.httpStatus}`;
      return `${classTitle(a, d)}${code}`;
    }
    default:
      return text.asked[a.status];
  }
}

/** Whether a try went to another model than the one before it. */
function isFallback(a: AttemptView, u: UnitView): boolean {
  return u.fallbacks.some((f) => f.toModel === a.model && f.toProvider === a.provider && f.seq < a.seq && f.at <= a.startedAt);
}

/** A model that was passed over, and why: beside its mark, or, where there is no room, under its name. */
export const SkipRow = memo(function SkipRow({ row, d }: { row: Of<"skip">; d: Drawing }) {
  const { verdict: v, at } = row;
  const why = text.skipped(d.reasons[v.reason] ?? v.reason);
  return (
    <>
      <div className="lab">
        <span className="faint">
          <Icon name={v.reason === "not_configured" ? "key" : "skip"} />
        </span>
        <span className="two">
          <Plate name={formatProvider(v.provider)} hollow={v.reason === "not_configured"} /> {v.model}{" "}
          <span className="faint why">{why}</span>
        </span>
      </div>
      <div className="trk" aria-hidden="true">
        <Bar axis={d.axis} kind="skip" from={at} to={at} />
        <Beside axis={d.axis} from={at} to={at}>
          <span className="faint">{why}</span>
        </Beside>
      </div>
    </>
  );
});

/** The wait of a unit that lasts: since when, until when. */
export const WaitRow = memo(function WaitRow({ row, d }: { row: Of<"wait">; d: Drawing }) {
  const { wait, first } = row;
  const words = text.waited(clock(first), clock(wait.until));
  return (
    <>
      <div className="lab">
        <span className="wait">
          <Icon name="now" />
        </span>
        <span className="two">
          <span className="strong">{text.next}</span> {words}
        </span>
      </div>
      <div className="trk" aria-hidden="true">
        <Bar axis={d.axis} kind="wait" from={first} to={wait.until} words={words} width={d.width} />
        <Mark axis={d.axis} at={wait.until} icon="now" kind="go" title={text.guess} />
      </div>
    </>
  );
});

/** A stored answer that served. */
export const ReusedRow = memo(function ReusedRow({ row, d }: { row: Of<"reused">; d: Drawing }) {
  return (
    <>
      <div className="lab">
        <span className="ok">
          <Icon name="copy" />
        </span>
        <span className="two">{text.reused(modelName(row.provider, row.model))}</span>
      </div>
      <div className="trk" aria-hidden="true">
        <Mark axis={d.axis} at={row.at} icon="copy" kind="ok" />
      </div>
    </>
  );
});

/** The earlier tries of a unit, folded. */
export const EarlierRow = memo(function EarlierRow({ row, d, now }: { row: Of<"earlier">; d: Drawing; now: Ms }) {
  const { tries } = row;
  const end = tries.at(-1)?.endedAt ?? now;
  const said = text.earlier(formatCount(tries.length), took(tries[0]!.startedAt, end));
  return (
    <>
      <div className="lab">
        <button type="button" className="disc" aria-expanded={false} onClick={() => d.press(row)}>
          <Icon name="open" />
          <span className="two">{said}</span>
        </button>
      </div>
      <div className="trk" aria-hidden="true">
        {tries.map((a) => (
          <TryBar key={a.seq} axis={d.axis} attempt={a} now={now} />
        ))}
      </div>
    </>
  );
});

const groupIcons = { failed: "bad", waiting: "wait", working: "run", stopped: "skip", done: "ok" } as const;
const groupTones = { failed: "bad", waiting: "wait", working: "live", stopped: "faint", done: "ok" } as const;

/** Many units of one standing in one row. */
export const GroupRow = memo(function GroupRow({ row, d, now }: { row: Of<"group">; d: Drawing; now: Ms }) {
  const name = text.group[row.of](formatCount(row.units.length), unitKind(row.stage));
  const by = answeredBy(row.units);
  return (
    <>
      <div className="lab">
        <button type="button" className="disc" aria-expanded={row.open} onClick={() => d.press(row)}>
          <Icon name={row.open ? "down" : "open"} />
          <span className={groupTones[row.of]}>
            <Icon name={groupIcons[row.of]} />
          </span>
          <span className="two">
            {name} {by && <span className="faint">{by}</span>}
          </span>
        </button>
      </div>
      <div className="trk" aria-hidden="true">
        <Swarm units={row.units} axis={d.axis} now={now} />
      </div>
    </>
  );
});
