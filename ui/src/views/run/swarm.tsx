import { memo } from "react";
import { openWait, type AttemptView, type Ms, type UnitView } from "~/run/view";
import type { Axis } from "./axis";

const line = 3.6; // units of the drawing from one line to the next
const thick = 2.6;
const mostLines = 24; // more units share lines

/** Many units in one row: a thin line for each, or, of very many, one for those that do not overlap. */
export const Swarm = memo(function Swarm({ units, axis, now }: { units: readonly UnitView[]; axis: Axis; now: Ms }) {
  const sorted = units.toSorted((a, b) => a.startedAt - b.startedAt);
  const lines = units.length <= mostLines ? sorted.map((_, i) => i) : packed(sorted, now);
  const count = Math.max(...lines, 0) + 1;
  const first = sorted[0]?.attempts[0]?.provider;
  const drawn = { a: "", o: "", bad: "", wait: "" };
  sorted.forEach((u, i) => {
    const y = lines[i]! * line + 0.4;
    for (const a of u.attempts) {
      const kind = kindOf(a, first);
      if (kind !== null) drawn[kind] += rect(axis, a.startedAt, a.endedAt ?? now, y);
    }
    for (const r of u.reused) drawn.a += rect(axis, r.at, r.at, y);
    const wait = openWait(u);
    if (wait) drawn.wait += rect(axis, wait.since, wait.until, y);
  });
  return (
    <svg className="swarm" viewBox={`0 0 1000 ${count * line}`} preserveAspectRatio="none" aria-hidden="true">
      <path className="sw-wait" d={drawn.wait} />
      <path className="sw-a" d={drawn.a} />
      <path className="sw-o" d={drawn.o} />
      <path className="sw-bad" d={drawn.bad} />
    </svg>
  );
});

function kindOf(a: AttemptView, first: string | undefined): "a" | "o" | "bad" | null {
  if (a.status === "failed" || a.status === "lost") return "bad";
  if (a.status === "outraced") return null;
  return a.provider === first ? "a" : "o";
}

function rect(axis: Axis, from: Ms, to: Ms, y: number): string {
  if (to < axis.from || from > axis.to) return "";
  const x = axis.at(from) * 1000;
  const w = Math.max(1.5, axis.at(to) * 1000 - x);
  return `M${x.toFixed(1)} ${y.toFixed(1)}h${w.toFixed(1)}v${thick}h${(-w).toFixed(1)}z`;
}

/** Puts each unit on the first line that is free when it begins. */
function packed(sorted: readonly UnitView[], now: Ms): number[] {
  const free: Ms[] = [];
  return sorted.map((u) => {
    const end = openWait(u)?.until ?? u.endedAt ?? now;
    let i = free.findIndex((t) => t <= u.startedAt);
    if (i < 0) i = free.length < mostLines ? free.length : free.indexOf(Math.min(...free));
    free[i] = end;
    return i;
  });
}
