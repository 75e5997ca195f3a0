import type { Run, Schemas } from "~/api/types";
import { diffLists } from "~/diff/diff";
import { formatProvider } from "~/format/format";
import type { RunView, StageView, Totals } from "./view";

/*
 * What two runs have in common and what not. It is pure: both come as the views of their events,
 * their states and what they made.
 */

/** What is compared of a stage. */
export interface StageFacts {
  /** In ms; null if the stage has not begun. */
  time: number | null;
  waited: number;
  /** Who answered, as "Provider model", with how often. */
  models: readonly { name: string; answers: number }[];
  totals: Totals;
  reusedFrom: string | null;
}

/** What a stage took. Of one that goes on, until the last event. */
export function stageFacts(stage: StageView, view: RunView): StageFacts {
  const end = stage.endedAt ?? view.updatedAt ?? 0;
  const answers = new Map<string, number>();
  for (const u of stage.units)
    for (const a of u.attempts) {
      if (a.status !== "success") continue;
      const model = a.servedModel ?? a.model;
      const name = model === a.provider ? formatProvider(a.provider) : `${formatProvider(a.provider)} ${model}`;
      answers.set(name, (answers.get(name) ?? 0) + 1);
    }
  const waits = stage.units.flatMap((u) => u.waits.filter((w) => !w.retry).map((w): Span => [w.since, w.endedAt ?? end]));
  return {
    time: stage.startedAt === null ? null : end - stage.startedAt,
    waited: unionOf(waits),
    models: [...answers].map(([name, n]) => ({ name, answers: n })).sort((a, b) => b.answers - a.answers),
    totals: stage.totals,
    reusedFrom: stage.reusedFrom,
  };
}

/** From and to, in ms. */
type Span = [number, number];

/** How long at least one of the spans lasts. */
export function unionOf(spans: readonly Span[]): number {
  let total = 0;
  let end = -Infinity;
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}

/** A setting that two runs do not share; null where one has none. */
export interface Difference {
  name: string;
  key: string;
  kind: "plain" | "chain" | "limit" | "parameter" | "setting";
  here: unknown;
  there: unknown;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The settings in which two runs differ: recipe, script, choices of models, limits, parameters. */
export function settingDifferences(
  here: Run,
  there: Run,
  recipes: { here: Schemas["RecipeDetail"]; there: Schemas["RecipeDetail"] } | null,
): Difference[] {
  const out: Difference[] = [];
  const add = (kind: Difference["kind"], name: string, key: string, a: unknown, b: unknown) => {
    if (!same(a, b)) out.push({ kind, name, key, here: a ?? null, there: b ?? null });
  };
  const recipeOf = (r: Run) => `${r.recipe_id}@${(r.recipe_digest ?? "").replace("sha256:", "").slice(0, 12)}`;
  add("plain", "recipe", "recipe", recipeOf(here), recipeOf(there));
  if (here.input_digest !== there.input_digest)
    out.push({ kind: "plain", name: "input", key: "input", here: here.input_name ?? null, there: there.input_name ?? null });
  for (const key of ["drill", "provider_order", "without_providers", "start_from", "end_at"] as const)
    add("plain", key, key, here[key], there[key]);
  for (const key of keysOf(here.limits, there.limits)) add("limit", key, key, at(here.limits, key), at(there.limits, key));
  for (const key of keysOf(here.runtime_params, there.runtime_params))
    add("parameter", key, key, at(here.runtime_params, key), at(there.runtime_params, key));
  if (recipes) addRecipe(add, recipes.here, recipes.there);
  return out;
}

type Add = (kind: Difference["kind"], name: string, key: string, a: unknown, b: unknown) => void;

function addRecipe(add: Add, here: Schemas["RecipeDetail"], there: Schemas["RecipeDetail"]): void {
  const settings = (r: Schemas["RecipeDetail"]) => new Map(r.resilience.map((s) => [s.key, s]));
  const [a, b] = [settings(here), settings(there)];
  for (const key of new Set([...a.keys(), ...b.keys()]))
    add("setting", (a.get(key) ?? b.get(key))!.description, key, a.get(key)?.value, b.get(key)?.value);
  const chain = (s: Schemas["RecipeStage"] | undefined) => s?.chain.map((c) => `${c.provider}:${c.model}`);
  for (const stage of here.stages)
    add("chain", stage.title, stage.id, chain(stage), chain(there.stages.find((s) => s.id === stage.id)));
}

type Bag = object | null | undefined;
const at = (bag: Bag, key: string): unknown => (bag as Record<string, unknown> | null | undefined)?.[key];
const keysOf = (a: Bag, b: Bag): string[] => [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];

/** What a run made, as its export has it. */
export interface Made {
  /** Its text, as Fountain. */
  script: string | null;
  scenes: { data: Record<string, unknown> & { scene_id: string } }[] | null;
  config: Record<string, unknown> | null;
}

/** A field that differs, with both values as text. */
export interface FieldDifference {
  field: string;
  here: string;
  there: string;
}

/** Members that say how something was made, and not what it is. */
const aside: ReadonlySet<string> = new Set([
  "provenance",
  "confidence",
  "inferences",
  "source_span",
  "canonical_span",
  "detection_details",
  "confirmed_at",
  "scene_id",
]);

/** Compares two sets of members; how many are the same is counted. */
export function fieldDifferences(here: Bag, there: Bag): { differ: FieldDifference[]; equal: number } {
  const differ: FieldDifference[] = [];
  let equal = 0;
  for (const field of keysOf(here, there)) {
    if (aside.has(field)) continue;
    const [a, b] = [at(here, field), at(there, field)];
    if (same(a, b)) equal++;
    else differ.push({ field, here: asText(a), there: asText(b) });
  }
  return { differ, equal };
}

/** A value as text, a line for each item of a list. */
export function asText(v: unknown): string {
  if (v === null || v === undefined) return "";
  if (Array.isArray(v)) return v.map(asText).join("\n");
  if (typeof v === "object") {
    return Object.entries(v)
      .filter(([key, x]) => !aside.has(key) && x !== null && x !== "")
      .map(([, x]) => asText(x))
      .join(": ");
  }
  return String(v);
}

type Scene = NonNullable<Made["scenes"]>[number]["data"];

/** A scene of either run, or of both. */
export interface ScenePair {
  here: Scene | null;
  there: Scene | null;
  differ: FieldDifference[];
}

/** Pairs the scenes of two runs: of the same script by their ids, else by their headings in order. */
export function pairScenes(here: readonly Scene[], there: readonly Scene[], sameScript: boolean): ScenePair[] {
  const name = (s: Scene) => (sameScript ? s.scene_id : String(s["heading"]));
  let i = 0;
  let j = 0;
  return diffLists(there.map(name), here.map(name)).map((p) => {
    const b = p.kind !== "added" ? there[j++]! : null;
    const a = p.kind !== "gone" ? here[i++]! : null;
    return { here: a, there: b, differ: a && b ? fieldDifferences(a, b).differ : [] };
  });
}
