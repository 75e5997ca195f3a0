import type { Ms, RunView } from "~/run/view";

/** A time in which nothing ran, and which can be cut out of the axis. */
export interface Gap {
  from: Ms;
  to: Ms;
}

/** A tick of the axis. */
export interface Tick {
  /** From 0 at the start to 1 at the end. */
  at: number;
  time: Ms;
  /** It is the first one of its day. */
  day: boolean;
}

/** A gap that is cut out: it has the same width however long it is. */
export interface Break extends Gap {
  at: number;
  width: number;
}

/** The one axis of a timeline: where a moment is, from 0 to 1. */
export interface Axis {
  from: Ms;
  to: Ms;
  step: Ms;
  at(time: Ms): number;
  ticks: Tick[];
  breaks: Break[];
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [
  ...[5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((n) => n * hour),
];

const breakWidth = 0.035; // of the axis, each
const mostBreaks = 6;

/** What an axis is made of. */
export interface AxisInput {
  from: Ms;
  to: Ms;
  /** Those that are cut out. */
  gaps: readonly Gap[];
  /** How many ticks there is room for. */
  room: number;
}

/** Makes the axis of a time, with gaps cut out. */
export function makeAxis({ from, to, gaps, room }: AxisInput): Axis {
  const cut = gaps.filter((g) => g.to > from && g.from < to).slice(0, mostBreaks);
  const kept = Math.max(1, to - from - cut.reduce((sum, g) => sum + g.to - g.from, 0));
  const perMs = (1 - cut.length * breakWidth) / kept;
  const at = (time: Ms): number => {
    const t = Math.min(Math.max(time, from), to);
    let x = (t - from) * perMs;
    for (const g of cut) {
      if (t <= g.from) break;
      const inside = Math.min(t, g.to) - g.from;
      x += (inside / (g.to - g.from)) * breakWidth - inside * perMs;
    }
    return Math.min(1, Math.max(0, x));
  };
  const breaks = cut.map((g) => ({ ...g, at: at(g.from), width: breakWidth }));
  const step = steps.find((s) => kept / s <= room) ?? steps.at(-1)!;
  return { from, to, step, at, breaks, ticks: ticksOf(from, to, step, at, breaks, room) };
}

function ticksOf(from: Ms, to: Ms, step: Ms, at: Axis["at"], breaks: readonly Break[], room: number): Tick[] {
  const ticks: Tick[] = [];
  const apart = 0.72 / room; // nearer ones would write over one another
  let last = -1;
  let day = "";
  for (const piece of pieces(from, to, breaks)) {
    // Ticks stand at round times of the reader's clock; the shortest ones, at round times since the start.
    const zone = step < second ? -from : -new Date(piece.from).getTimezoneOffset() * minute;
    for (let t = Math.ceil((piece.from + zone) / step) * step - zone; t <= piece.to; t += step) {
      const x = at(t);
      if (x - last < apart || x > 1 - apart / 3 || breaks.some((b) => x > b.at - apart / 3 && x < b.at + b.width)) continue;
      const on = new Date(t).toDateString();
      ticks.push({ at: x, time: t, day: day !== "" && day !== on });
      last = x;
      day = on;
    }
  }
  return ticks;
}

function pieces(from: Ms, to: Ms, breaks: readonly Break[]): Gap[] {
  const all: Gap[] = [];
  let begin = from;
  for (const b of breaks) {
    all.push({ from: begin, to: b.from });
    begin = b.to;
  }
  return [...all, { from: begin, to }];
}

/**
 * The times in which no try ran, long enough to be worth cutting out, with a margin left on both
 * sides; in order. Until is the last moment: now, or the end of the run.
 */
export function idleGaps(view: RunView, until: Ms): Gap[] {
  const from = view.startedAt ?? until;
  const busy = view.stages
    .flatMap((s) => [
      ...(s.startedAt === null ? [] : [{ from: s.startedAt, to: s.startedAt }]),
      ...(s.endedAt === null ? [] : [{ from: s.endedAt, to: s.endedAt }]),
      ...s.units.flatMap((u) => u.attempts.map((a) => ({ from: a.startedAt, to: a.endedAt ?? until }))),
    ])
    .concat([{ from: until, to: until }])
    .sort((a, b) => a.from - b.from);
  const idle: Gap[] = [];
  let end = from;
  for (const b of busy) {
    if (b.from - end >= Math.max(5 * second, 0.05 * (until - from))) idle.push({ from: end, to: b.from });
    end = Math.max(end, b.to);
  }
  const kept = until - from - idle.reduce((sum, g) => sum + g.to - g.from, 0);
  const margin = 0.06 * kept + 50;
  return idle
    .filter((g) => g.to - g.from > 4 * margin)
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, mostBreaks)
    .sort((a, b) => a.from - b.from)
    .map((g) => ({ from: g.from + margin, to: g.to - margin }));
}

/** Whether gaps are cut out unless the reader says otherwise: where they would take most of the axis. */
export function foldsByItself(gaps: readonly Gap[], from: Ms, until: Ms): boolean {
  return gaps.reduce((sum, g) => sum + g.to - g.from, 0) > 0.6 * (until - from);
}

const lengths = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round length, so that the axis of a run under way grows in steps and not all the time. */
export function roundLength(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, 1)));
  return power * (lengths.find((l) => l * power >= ms) ?? 10);
}

/**
 * The last moment of the axis: a little behind the end of the run; while it is under way, far enough
 * for what is planned soon. The planned moments are in order.
 */
export function endOf(view: RunView, now: Ms, gaps: readonly Gap[], planned: readonly Ms[]): Ms {
  const from = view.startedAt ?? now;
  if (view.finishedAt !== null) return view.finishedAt + Math.max(20, 0.015 * (view.finishedAt - from));
  const folded = gaps.reduce((sum, g) => sum + g.to - g.from, 0);
  const kept = Math.max(now - from - folded, 0);
  const far = now + Math.max(0.8 * kept, 20 * second);
  const soon = planned.filter((p) => p > now && p <= far).at(-1) ?? now;
  return from + folded + roundLength(Math.max(kept * 1.1, (soon - from - folded) * 1.08, second));
}
