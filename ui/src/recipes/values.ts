import type { Schemas } from "~/api/types";
import { formatCount, formatDuration, formatList, formatMoneyExactly, formatShare } from "~/format/format";
import { recipes as text } from "~/text/recipes";

/** The value of a setting or a parameter for a reader; the key says what unit it has. */
export function formatValue(key: string, value: unknown): string {
  if (value === null || value === undefined) return text.limits.none;
  if (typeof value === "boolean") return value ? text.limits.yes : text.limits.no;
  if (typeof value === "number") {
    if (key.endsWith("_seconds")) return formatDuration(value);
    if (key.endsWith("_usd")) return formatMoneyExactly(value);
    if (key.endsWith("_ratio")) return formatShare(value);
    return formatCount(value);
  }
  if (Array.isArray(value)) return value.length === 0 ? text.limits.none : formatList(value.map(String));
  if (typeof value === "object") return Object.keys(value).length === 0 ? text.limits.none : JSON.stringify(value);
  return String(value);
}

/** Whether a setting holds because somebody has set it to something else than its default. */
export function isSet(s: Schemas["Setting"]): boolean {
  return JSON.stringify(s.value) !== JSON.stringify(s.default) || s.parameter !== null;
}

/** A stage's settings that are its own: what holds for all stages is shown once. */
export function ownSettings(stage: Schemas["RecipeStage"], recipe: readonly Schemas["Setting"][]): Schemas["Setting"][] {
  const all = new Map(recipe.map((s) => [s.key, JSON.stringify(s.value)]));
  return stage.resilience.filter((s) => s.key !== "stage_fallback_models" && all.get(s.key) !== JSON.stringify(s.value));
}
