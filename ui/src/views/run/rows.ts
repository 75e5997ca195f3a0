import {
  openWait,
  type AttemptView,
  type Lane,
  type Ms,
  type RunView,
  type StageView,
  type UnitView,
  type Verdict,
  type WaitView,
} from "~/run/view";

/** A row of the timeline. Its key stays the same as long as it is about the same. */
export type Row =
  | { kind: "lane"; key: string; lane: Lane }
  | { kind: "caption"; key: string; of: "providers" | "run" }
  | { kind: "stage"; key: string; stage: StageView }
  | { kind: "unit"; key: string; unit: UnitView; open: boolean }
  | { kind: "try"; key: string; unit: UnitView; attempt: AttemptView; open: boolean }
  | { kind: "skip"; key: string; unit: UnitView; verdict: Verdict; at: Ms }
  | { kind: "wait"; key: string; unit: UnitView; wait: WaitView; first: Ms }
  | { kind: "reused"; key: string; unit: UnitView; provider: string; model: string; from: string; at: Ms }
  | { kind: "earlier"; key: string; unit: UnitView; tries: readonly AttemptView[]; group: string }
  | { kind: "detail"; key: string; unit: UnitView; attempt: AttemptView }
  | { kind: "group"; key: string; stage: StageView; of: GroupName; units: readonly UnitView[]; group: string; open: boolean }
  | { kind: "todo"; key: string; stage: StageView; count: number };

/** Units of one standing; the first of them need the reader most. */
export type GroupName = "failed" | "waiting" | "working" | "stopped" | "done";

const groupOf: Record<UnitView["status"], GroupName> = {
  failed: "failed",
  waiting: "waiting",
  pausing: "waiting",
  running: "working",
  begun: "working",
  stopped: "stopped",
  done: "done",
};
const groups: GroupName[] = ["failed", "waiting", "working", "stopped", "done"];

/** How many units of a group have a row each; more of them share one. */
const own: Record<GroupName, number> = { failed: 12, waiting: 6, working: 8, stopped: 6, done: 2 };
const shownTries = 5; // of a unit; the earlier ones fold

/** What is selected: a stage, a unit of it, one of its tries. */
export interface Selection {
  stage?: string | undefined;
  unit?: string | undefined;
  attempt?: AttemptView | null;
}

/** How rows are laid out. */
export interface Layout {
  /** What needs the reader comes first, and finished units fold; else all are in the order of the script. */
  problemsFirst: boolean;
  selected: Selection;
  /** The groups that are unfolded. */
  open: ReadonlySet<string>;
}

/** The rows of a run's timeline. */
export function rowsOf(view: RunView, layout: Layout): Row[] {
  const rows: Row[] = [];
  if (view.lanes.length > 0) {
    rows.push({ kind: "caption", key: "providers", of: "providers" });
    for (const lane of view.lanes) rows.push({ kind: "lane", key: `lane ${lane.provider}`, lane });
  }
  rows.push({ kind: "caption", key: "run", of: "run" });
  for (const stage of view.stages) stageRows(rows, stage, layout);
  return rows;
}

function stageRows(rows: Row[], stage: StageView, layout: Layout): void {
  rows.push({ kind: "stage", key: stage.id, stage });
  const units = stage.units.toSorted(byName);
  if (layout.problemsFirst) {
    for (const of of groups)
      groupRows(
        rows,
        stage,
        of,
        units.filter((u) => groupOf[u.status] === of),
        layout,
      );
  } else for (const u of units) unitRows(rows, u, layout);
  const count = Math.max(0, stage.unitsTotal - stage.units.length);
  if (count > 0) rows.push({ kind: "todo", key: `${stage.id}/todo`, stage, count });
}

const byName = (a: UnitView, b: UnitView): number => a.unit.localeCompare(b.unit, "en", { numeric: true });

function groupRows(rows: Row[], stage: StageView, of: GroupName, units: readonly UnitView[], layout: Layout): void {
  const isSelected = (u: UnitView) => layout.selected.stage === stage.id && layout.selected.unit === u.unit;
  const group = `${stage.id}.${of}`;
  const open = layout.open.has(group);
  const folds = units.length > own[of];
  const sorted = units.toSorted((a, b) => Number(b.failed > 0) - Number(a.failed > 0));
  if (!folds) {
    for (const u of sorted) unitRows(rows, u, layout);
    return;
  }
  // A unit that is selected has its row, whatever folds.
  const picked = open ? [] : units.filter(isSelected);
  for (const u of picked) unitRows(rows, u, layout);
  const rest = picked.length > 0 ? units.filter((u) => !isSelected(u)) : units;
  rows.push({ kind: "group", key: group, stage, of, units: rest, group, open });
  if (open) for (const u of sorted) unitRows(rows, u, layout);
}

function unitRows(rows: Row[], unit: UnitView, layout: Layout): void {
  const { selected } = layout;
  const key = `${unit.stageID}/${unit.unit}`;
  const open = selected.stage === unit.stageID && selected.unit === unit.unit;
  rows.push({ kind: "unit", key, unit, open });
  if (!open) return;
  const group = `${key}.tries`;
  const from = layout.open.has(group) ? 0 : firstShown(unit, selected.attempt ?? null);
  if (from > 0) rows.push({ kind: "earlier", key: group, unit, tries: unit.attempts.slice(0, from), group });
  rows.push(...ladder(key, unit, unit.attempts[from - 1]?.seq ?? 0, selected.attempt ?? null));
  const picked = selected.attempt && unit.attempts.find((a) => a.seq === selected.attempt?.seq);
  if (picked) rows.push({ kind: "detail", key: `${key}#${picked.seq}.detail`, unit, attempt: picked });
}

/** The first of a unit's tries that has a row: the last few, and the one that is selected. */
function firstShown(unit: UnitView, selected: AttemptView | null): number {
  const last = unit.attempts.length - shownTries;
  if (last <= 1) return 0; // one row for one try says less
  const at = selected === null ? -1 : unit.attempts.findIndex((a) => a.seq === selected.seq);
  return at >= 0 && at < last ? 0 : last;
}

/** What was done for a unit, in order: tries, who was skipped before them, stored answers, the wait that lasts. */
function ladder(key: string, unit: UnitView, after: number, selected: AttemptView | null): Row[] {
  const steps: { seq: number; row: Row }[] = unit.attempts.map((attempt) => ({
    seq: attempt.seq,
    row: { kind: "try", key: `${key}#${attempt.seq}`, unit, attempt, open: attempt.seq === selected?.seq },
  }));
  const said = new Map<string, string>(); // why each model was passed over last; the same again is no news
  for (const f of unit.fallbacks) {
    f.skipped.forEach((verdict, i) => {
      const model = `${verdict.provider} ${verdict.model}`;
      if (said.get(model) === verdict.reason) return;
      said.set(model, verdict.reason);
      steps.push({ seq: f.seq, row: { kind: "skip", key: `${key}#${f.seq}.${i}`, unit, verdict, at: f.at } });
    });
  }
  for (const r of unit.reused) {
    const { provider, model, at } = r;
    steps.push({ seq: r.seq, row: { kind: "reused", key: `${key}#${r.seq}`, unit, provider, model, from: r.fromRunID, at } });
  }
  const wait = openWait(unit);
  if (wait) steps.push({ seq: wait.seq, row: { kind: "wait", key: `${key}.wait`, unit, wait, first: waitsSince(unit, wait) } });
  return steps
    .filter((s) => s.seq > after || s.row.kind === "wait")
    .sort((a, b) => a.seq - b.seq)
    .map((s) => s.row);
}

/** Since when a unit waits without a try in between: one wait follows the other. */
export function waitsSince(unit: UnitView, wait: WaitView): Ms {
  let since = wait.since;
  for (const w of unit.waits.toReversed()) if (w.role === wait.role && w.endedAt === since) since = w.since;
  return since;
}

/** The rows that keys move between. */
export const isStop = (r: Row): boolean => r.kind === "unit" || r.kind === "try" || r.kind === "group" || r.kind === "earlier";

/** What is selected when a run is opened that has failed: the try that failed last where it ended. */
export function firstSelection(view: RunView): Selection {
  const f = view.failure;
  if (f === null) return {};
  const stage = view.stages.find((s) => s.id === f.stageID);
  const units = stage?.units ?? [];
  const unit =
    units.find((u) => u.unit === f.unit) ?? units.find((u) => u.status === "failed") ?? units.findLast((u) => u.failed > 0);
  const attempt = unit?.attempts.findLast((a) => a.status === "failed") ?? null;
  return { stage: f.stageID, unit: unit?.unit, attempt };
}

/** Gives rows that say the same as before the same object as before, so that they are not drawn again. */
export function keepSame(before: readonly Row[], rows: readonly Row[]): Row[] {
  const had = new Map(before.map((r) => [r.key, r]));
  return rows.map((r) => {
    const old = had.get(r.key);
    return old !== undefined && saysTheSame(old, r) ? old : r;
  });
}

function saysTheSame(a: Row, b: Row): boolean {
  const [x, y] = [a as unknown as Record<string, unknown>, b as unknown as Record<string, unknown>];
  return Object.keys(y).every((k) => x[k] === y[k] || sameItems(x[k], y[k]));
}

const sameItems = (a: unknown, b: unknown): boolean =>
  Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((v, i) => v === b[i]);
