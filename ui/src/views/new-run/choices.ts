import { getRouteApi } from "@tanstack/react-router";
import type { Schemas } from "~/api/types";

/** The address of this view: all that is chosen for the run stands in it. */
export const route = getRouteApi("/new");

/** The recipe of a run that names none. */
export const defaultRecipe = "mvp_ingest";

/** The model of the program, which needs no key. */
export const offline = "offline";

/** What is chosen for the run. */
export type Choices = ReturnType<typeof route.useSearch>;

/** The choices of a run whose script is there. */
export type Ready = Choices & { project: string; input: string };

/** What is chosen, and what changes it. A change replaces the address: Back leaves the view. */
export function useChoices(): [Choices, (change: Partial<Record<keyof Choices, unknown>>) => void] {
  const choices = route.useSearch();
  const navigate = route.useNavigate();
  const change = (c: Partial<Record<keyof Choices, unknown>>) =>
    void navigate({ search: (s) => ({ ...s, ...c }) as Choices, replace: true, resetScroll: false });
  return [choices, change];
}

/** The request that plans and starts the run. */
export function requestOf(c: Ready): Schemas["PlanRequest"] {
  const { config_file, config_overrides, ...params } = c.params ?? {};
  return {
    project_id: c.project,
    input_file: c.input,
    accept_config: c.confirm !== true,
    ...given({
      recipe_id: c.recipe,
      drill: c.drill,
      without_providers: c.without,
      max_cost_usd: c.cost,
      max_wait_seconds: c.wait,
      on_exhausted: c.exhausted,
      force: c.force,
      config_file: config_file as string | undefined,
      config_overrides: config_overrides as Record<string, Schemas["JSONValue"]> | undefined,
      params: Object.keys(params).length > 0 ? (params as Record<string, Schemas["JSONValue"]>) : undefined,
    }),
  };
}

function given<T extends object>(o: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as never;
}

/** A candidate of a run as its plan or its recipe shows it. */
type Candidate = Schemas["CandidateForecast"] | Schemas["ChainChoice"];

/** A provider that the run may ask: its models in the order of the recipe, and whether one can be asked now. */
export interface Asked {
  provider: string;
  models: string[];
  usable: boolean;
  left: boolean; // out of this run
  why: Candidate | null; // the one that shows why it can't be asked
}

/**
 * The providers in the order in which they are asked. The recipe gives the order, also of those that are left
 * out or of a plan that was refused; the plan knows how each stands in this run.
 */
export function askedOf(
  recipe: Pick<Schemas["RecipeDetail"], "stages"> | undefined,
  plan: Pick<Schemas["StartPlan"], "stages"> | undefined,
  without: readonly string[] = [],
): Asked[] {
  const planned = (plan?.stages ?? []).flatMap((s) => s.chain);
  const first = plan?.stages.find((s) => s.first)?.first ?? "";
  const ruled = (recipe?.stages ?? []).flatMap((s) => s.chain);
  const extra = planned.filter((c) => !ruled.some((r) => r.provider === c.provider));
  const order = [...new Set([...extra, ...ruled].map((c) => c.provider))];
  // Where no key is set, the offline model comes before all whose keys are missing.
  if (first.startsWith(`${offline}:`)) order.sort((a, b) => Number(b === offline) - Number(a === offline));
  return order.map((provider) => {
    const all: Candidate[] = [...extra, ...ruled].filter((c) => c.provider === provider);
    const now: Candidate[] = planned.filter((c) => c.provider === provider && c.reason !== "left_out");
    const known = now.length > 0 ? now : all;
    const usable = known.some((c) => c.usable);
    return {
      provider,
      models: [...new Set(all.map((c) => c.model))],
      usable,
      left: without.includes(provider),
      why: usable ? null : (known[0] ?? null),
    };
  });
}

/** Reads an amount as people type it: "$2.50", "2,5". Null if it is none. */
export function parseAmount(s: string): number | null {
  const t = s
    .trim()
    .replace(/^\$|\$$/g, "")
    .trim()
    .replace(/,(\d{1,2})$/, ".$1")
    .replace(/,/g, "");
  return /^(\d+\.?\d*|\.\d+)$/.test(t) ? Number(t) : null;
}
