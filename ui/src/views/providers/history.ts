import type { Schemas } from "~/api/types";
import { toMs } from "~/format/format";

type History = Schemas["History"];
type ProviderHistory = Schemas["ProviderHistory"];
type Interval = Schemas["Interval"];

/** What a cell of the strip shows. */
export type CellState = "answered" | "mixed" | "refused" | "probe" | "out" | "limited" | "held" | "unused";

/** The tries that ended in a stretch of time, and what kept the provider from being asked. Times are ms since 1970. */
export interface Cell {
  from: number;
  until: number;
  state: CellState;
  answered: number;
  failed: number;
}

/** A window of time that can be chosen, the length of its cells, and how often it is counted anew, in ms. */
export interface Window {
  window: string;
  bucket: string;
  every: number;
}

export const windows: Record<string, Window> = {
  "10m": { window: "10m", bucket: "10s", every: 4_000 },
  "1h": { window: "1h", bucket: "1m", every: 4_000 },
  "24h": { window: "24h", bucket: "15m", every: 20_000 },
  "7d": { window: "168h", bucket: "2h", every: 60_000 },
};

/** The cells of a provider's history, oldest first, one a bucket. */
export function cells(h: History, p: ProviderHistory): Cell[] {
  const from = toMs(h.from);
  const length = h.bucket_seconds * 1000;
  const buckets = new Map(p.buckets.map((b) => [toMs(b.ts), b]));
  const stops = p.intervals.filter((i) => !i.model);
  return Array.from({ length: Math.round((toMs(h.until) - from) / length) }, (_, i) => {
    const at = from + i * length;
    const { answered, failed } = buckets.get(at) ?? { answered: 0, failed: 0 };
    const during = stops.filter((s) => overlaps(s, at, at + length));
    return { from: at, until: at + length, answered, failed, state: stateOf(answered, failed, during, at) };
  });
}

function overlaps(i: Interval, from: number, until: number): boolean {
  return toMs(i.since) < until && (i.until === null || toMs(i.until) > from);
}

function stateOf(answered: number, failed: number, stops: readonly Interval[], at: number): CellState {
  const has = (...kinds: Interval["kind"][]) => stops.some((s) => kinds.includes(s.kind));
  if (answered > 0) return failed > 0 || stops.length > 0 ? "mixed" : "answered";
  if (failed > 0) return stops.some((s) => s.kind !== "held" && toMs(s.since) <= at) ? "probe" : "refused";
  if (has("held")) return "held";
  if (has("out", "probing")) return "out";
  return has("cooldown") ? "limited" : "unused";
}

/** Joins neighbours of the same state: what happened, in as few rows as possible. */
export function spans(all: readonly Cell[]): Cell[] {
  const joined: Cell[] = [];
  for (const c of all) {
    const last = joined.at(-1);
    if (last?.state !== c.state) joined.push({ ...c });
    else {
      last.until = c.until;
      last.answered += c.answered;
      last.failed += c.failed;
    }
  }
  return joined;
}

/** For how many seconds of a window a provider as a whole was out or probed, as far as now, in ms since 1970. */
export function outSeconds(h: History, p: ProviderHistory, now: number): number {
  const from = toMs(h.from);
  const until = Math.min(toMs(h.until), now);
  const stretches = p.intervals
    .filter((i) => !i.model && (i.kind === "out" || i.kind === "probing"))
    .map((i) => [Math.max(from, toMs(i.since)), Math.min(until, i.until === null ? until : toMs(i.until))] as const)
    .filter(([a, b]) => b > a)
    .sort(([a], [b]) => a - b);
  let sum = 0;
  let end = -Infinity;
  for (const [a, b] of stretches) {
    sum += Math.max(0, b - Math.max(a, end));
    end = Math.max(end, b);
  }
  return sum / 1000;
}
