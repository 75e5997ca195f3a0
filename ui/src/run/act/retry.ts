import { queryOptions } from "@tanstack/react-query";
import { api, takeAnswer } from "~/api/client";
import type { Remedy, Run, RunState, Schemas } from "~/api/types";
import { currentStage, stageOf } from "../units";
import type { RunAct } from "./acts";

/** What a person has chosen for a retry. */
export interface RetryChoice {
  /** "" for where the run stopped, "full" for the beginning, else a stage. */
  start: string;
  recipe: string;
  newest: boolean;
  /** The providers that are not asked; null for those that the run left out. */
  without: readonly string[] | null;
  maxCostUSD: number | null;
  maxWaitSeconds: number | null;
}

/** The body of a retry; the query of its plan has the same members. */
export type RetryBody = Omit<Schemas["RetryRequest"], "reason">;

/** The choice that an act stands for. */
export function choiceOf(act: RunAct, answer: RunState): RetryChoice {
  const body = (act.remedy?.body ?? {}) as RetryBody;
  const from = act.id === "retry-from-stage" ? (startsOf(answer.state).at(-1) ?? "") : (body.from ?? "");
  return {
    start: body.full ? "full" : from,
    recipe: "pinned", // a remedy that names another one leaves it to the person which
    newest: body.newest ?? false,
    without: body.without_providers ?? null,
    maxCostUSD: body.max_cost_usd ?? null,
    maxWaitSeconds: body.max_wait_seconds ?? null,
  };
}

/** The stages from which a retry can start: those whose predecessors have results. */
export function startsOf(state: Run): string[] {
  const stop = state.stage_order.findIndex((id) => !["done", "skipped_reused"].includes(stageOf(state, id)?.status ?? ""));
  return stop < 0 ? [...state.stage_order] : state.stage_order.slice(0, stop + 1);
}

/** The stage at which a run stopped; null where none did. */
export const stoppedAt = (state: Run): string | null => (state.status === "done" ? null : (currentStage(state)?.id ?? null));

/** The request of a choice. */
export function bodyOf(c: RetryChoice): RetryBody {
  return {
    ...(c.start === "full" ? { full: true } : c.start !== "" ? { from: c.start } : {}),
    ...(c.recipe !== "pinned" ? { recipe: c.recipe } : {}),
    ...(c.newest ? { newest: true } : {}),
    ...(c.without !== null ? { without_providers: [...c.without] } : {}),
    ...(c.maxCostUSD !== null ? { max_cost_usd: c.maxCostUSD } : {}),
    ...(c.maxWaitSeconds !== null ? { max_wait_seconds: c.maxWaitSeconds } : {}),
  };
}

/** The plan of a retry with its tag. It is asked for again whenever it is shown: what can be asked changes. */
export const retryPlan = (runID: string, body: RetryBody) =>
  queryOptions({
    queryKey: ["run", runID, "retry-plan", body],
    queryFn: ({ signal }) =>
      takeAnswer(
        api.GET("/api/runs/{run_id}/retry-plan", {
          params: { path: { run_id: runID }, query: body as never },
          querySerializer: (q) => queryString(q as RetryBody),
          signal,
        }),
      ),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

function queryString(body: RetryBody): string {
  const q = new URLSearchParams();
  for (const [name, v] of Object.entries(body)) q.set(name, Array.isArray(v) ? v.join(",") : String(v));
  return q.toString();
}

/** The request that a choice makes. */
export const retryRemedy = (runID: string, body: RetryBody): Pick<Remedy, "method" | "endpoint" | "body"> => ({
  method: "POST",
  endpoint: `/api/runs/${encodeURIComponent(runID)}/retry`,
  body: body as NonNullable<Remedy["body"]>,
});

/** The providers that the stages of a plan may ask, and whether a plan leaves them out. */
export function providersOf(plan: Schemas["RetryPlan"]): string[] {
  const names = new Set<string>();
  for (const s of plan.forecast?.stages ?? []) for (const c of s.chain) names.add(c.provider);
  return [...names];
}
