import type { Run, Schemas } from "~/api/types";
import { formatCount } from "~/format/format";
import { act as text } from "~/text/act";

/** What the units of a stage are. */
export type UnitKind = "scene" | "part";

/** What the units of a stage are: scenes where it finds them, else parts of the text. */
export const unitKind = (stageID: string): UnitKind => (stageID === "extract_scenes" ? "scene" : "part");

/** How far the units of a stage are. */
export interface Units {
  stageID: string;
  stage: Schemas["StageState"];
  kind: UnitKind;
  done: number;
  total: number;
}

/** The stage whose units say best how far a run is: the one at work, else the last with more than one. */
export function leadingUnits(state: Run): Units | null {
  let best: Units | null = null;
  for (const id of state.stage_order) {
    const s = stageOf(state, id);
    if (s === null || s.units_total < 2) continue;
    best = { stageID: id, stage: s, kind: unitKind(id), done: s.units_done, total: s.units_total };
    if (s.status !== "done" && s.status !== "skipped_reused") return best;
  }
  return best;
}

/** "16 of 20 scenes", or "all 20 scenes". */
export function unitsWords(u: Units): string {
  return u.done === u.total
    ? text.everyUnit(u.kind, formatCount(u.total))
    : text.unitsOf(u.kind, formatCount(u.done), formatCount(u.total));
}

/** A stage of a run, null if the run has none of that id. */
export function stageOf(state: Run, id: string): Schemas["StageState"] | null {
  return (state.stages as Record<string, Schemas["StageState"] | undefined>)[id] ?? null;
}

/** The stage that is at work, waits, is paused or failed; else the first that has not begun; else null. */
export function currentStage(state: Run): { id: string; stage: Schemas["StageState"] } | null {
  const all = state.stage_order.flatMap((id) => {
    const stage = stageOf(state, id);
    return stage ? [{ id, stage }] : [];
  });
  const active = new Set(["waiting", "paused", "failed", "running", "cancelled"]);
  return all.find((s) => active.has(s.stage.status)) ?? all.find((s) => s.stage.status === "pending") ?? null;
}

/** The title of a stage, as on a button. */
export const stageTitle = (state: Run, id: string): string => stageOf(state, id)?.title ?? id;

/** A run's id as people see it: without what all have in common. */
export const shortRun = (id: string): string => id.replace(/^run-/, "");

/** The names of the providers that a run may ask in the stages that are not finished, first choice first. */
export function candidateProviders(state: Run): string[] {
  const names = new Set<string>();
  const candidates = (state.candidates ?? {}) as Record<string, { provider: string }[]>;
  for (const id of state.stage_order) {
    const done = ["done", "skipped_reused"].includes(stageOf(state, id)?.status ?? "");
    if (!done) for (const c of candidates[id] ?? []) names.add(c.provider);
  }
  names.delete("offline");
  return [...names];
}
