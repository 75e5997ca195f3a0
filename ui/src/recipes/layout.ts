import type { Schemas } from "~/api/types";

type Stage = Schemas["RecipeStage"];

/** A stage in the drawing: its column counts the stages that have to come before it. */
export interface Placed {
  stage: Stage;
  column: number;
  row: number;
}

/** The stages that a stage comes behind. */
export const before = (s: Stage): string[] => [...new Set([...s.needs, ...s.needs_all, ...s.after])];

/** Places stages, each behind all that it waits for. The API gives them in such an order. */
export function placeStages(stages: readonly Stage[]): Placed[] {
  const column = new Map<string, number>();
  const rows: number[] = [];
  return stages.map((stage) => {
    const c = Math.max(0, ...before(stage).map((id) => (column.get(id) ?? -1) + 1));
    column.set(stage.id, c);
    const row = rows[c] ?? 0;
    rows[c] = row + 1;
    return { stage, column: c, row };
  });
}

/** An arrow: a curve from the end of one box to the beginning of another; over the boxes where it skips some. */
export interface Arrow {
  from: Placed;
  to: Placed;
  /** It only waits, and takes nothing. */
  waits: boolean;
  skips: boolean;
}

/** The arrows between placed stages. */
export function arrowsOf(placed: readonly Placed[]): Arrow[] {
  const byId = new Map(placed.map((p) => [p.stage.id, p]));
  return placed.flatMap((to) =>
    before(to.stage).flatMap((id) => {
      const from = byId.get(id);
      if (from === undefined) return [];
      const waits = !to.stage.needs.includes(id) && !to.stage.needs_all.includes(id);
      return { from, to, waits, skips: to.column - from.column > 1 };
    }),
  );
}

/** Breaks a title into at most two lines; what does not fit ends in an ellipsis. */
export function twoLines(title: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of title.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && (last + " " + word).length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  if (lines.length > 2) return [lines[0]!, `${lines[1]!}…`];
  return lines;
}
