import type { Schemas } from "~/api/types";
import { formatCount, formatMoneyExactly, formatProvider } from "~/format/format";
import type { AttemptView, StageView, UnitView } from "~/run/view";
import { timeline as text } from "~/text/timeline";

/** What people call a unit of a stage: scene 13 for scene_013. */
export function unitName(unit: string): string {
  const [, kind, number] = /^([a-z]+)_0*(\d+)$/.exec(unit) ?? [];
  if (kind === "scene" && number) return text.unit.scene(number);
  if (kind === "chunk" && number) return text.unit.part(number);
  if (unit === "project") return text.unit.project;
  if (unit === "") return text.unit.whole;
  return unit.replaceAll("_", " ");
}

/** The word for one unit of a stage. */
export const unitKind = (stage: Pick<StageView, "id">): string =>
  stage.id === "extract_scenes" ? text.unit.one.scene : text.unit.one.part;

/** A model with its provider. */
export const modelName = (provider: string, model: string): string =>
  provider === "offline" ? formatProvider(provider) : `${formatProvider(provider)} ${model}`;

/** The headings of scenes by unit, where the script's scenes are those that the stage works on. */
export type Headings = ReadonlyMap<string, string>;

/** How often each provider answered, most first, for a row of many units. */
export function answeredBy(units: readonly UnitView[]): string {
  const by = new Map<string, number>();
  let reused = 0;
  for (const u of units) {
    if (u.reused.length > 0 && u.attempts.length === 0) reused++;
    else if (u.answeredBy) by.set(u.answeredBy.provider, (by.get(u.answeredBy.provider) ?? 0) + 1);
  }
  const parts = [...by].sort((a, b) => b[1] - a[1]).map(([p, n]) => text.by(formatCount(n), formatProvider(p)));
  if (reused > 0) parts.push(text.reusedOf(formatCount(reused)));
  return parts.join(", ");
}

/** What a try cost, in words. */
export function costOf(a: AttemptView): string | null {
  if (a.simulatedUSD !== null) return text.detail.simulated(formatMoneyExactly(a.simulatedUSD));
  return a.costUSD === null ? null : formatMoneyExactly(a.costUSD);
}

/** The failure classes by name, as the API words them. */
export type Failures = ReadonlyMap<string, Schemas["FailureClass"]>;
