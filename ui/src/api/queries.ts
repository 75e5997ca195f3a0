import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { serverNow } from "~/live/clock";
import { nextChange } from "~/providers/standing";
import { api, take, takeAnswer } from "./client";
import type { Schemas } from "./types";

/*
 * What the page reads. Keys begin with the subject, so that an event of the log marks what it
 * changes as out of date (see live/invalidate.ts): ["runs"], ["run", id], ["providers"],
 * ["projects"], ["project", id, ...], ["recipes"]. What an event never changes is read once.
 */

/** What changes only with the program, or never: it is read once, whatever is marked as out of date. */
const once = { staleTime: "static" } as const;

export const session = () =>
  queryOptions({ queryKey: ["session"], queryFn: ({ signal }) => take(api.GET("/api/session", { signal })) });

export const limits = () =>
  queryOptions({ queryKey: ["limits"], queryFn: ({ signal }) => take(api.GET("/api/limits", { signal })), ...once });

/** The classes of failures with their words, by class. */
export const failures = () =>
  queryOptions({ queryKey: ["failures"], queryFn: ({ signal }) => take(api.GET("/api/failures", { signal })), ...once });

/** The words for statuses and reasons. */
export const words = () =>
  queryOptions({ queryKey: ["words"], queryFn: ({ signal }) => take(api.GET("/api/words", { signal })), ...once });

/** The models that the program knows, with prices, and whether they can be asked now: that changes with the providers. */
export const models = () =>
  queryOptions({ queryKey: ["providers", "models"], queryFn: ({ signal }) => take(api.GET("/api/models", { signal })) });

export const modules = () =>
  queryOptions({ queryKey: ["modules"], queryFn: ({ signal }) => take(api.GET("/api/modules", { signal })), ...once });

export const projects = () =>
  queryOptions({
    queryKey: ["projects"],
    queryFn: ({ signal }) => take(api.GET("/api/projects/recent", { params: { query: { limit: 1000 } }, signal })),
  });

export const project = (id: string) =>
  queryOptions({
    queryKey: ["project", id],
    queryFn: ({ signal }) => take(api.GET("/api/projects/{project_id}", { params: { path: { project_id: id } }, signal })),
  });

export const inputs = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "inputs"],
    queryFn: ({ signal }) => take(api.GET("/api/projects/{project_id}/inputs", { params: { path: { project_id: id } }, signal })),
  });

/** What was read of an input: scenes, cast, pages, warnings. An input's content never changes. */
export const inputScenes = (id: string, filename: string) =>
  queryOptions({
    queryKey: ["project", id, "input", filename, "scenes"],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/projects/{project_id}/inputs/{filename}/scenes", {
          params: { path: { project_id: id, filename } },
          signal,
        }),
      ),
    ...once,
  });

/** The text that a run reads from an input. */
export const inputText = (id: string, filename: string) =>
  queryOptions({
    queryKey: ["project", id, "input", filename, "text"],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/projects/{project_id}/inputs/{filename}", {
          params: { path: { project_id: id, filename } },
          parseAs: "text",
          signal,
        }),
      ),
    ...once,
  });

export const projectRuns = (id: string) =>
  queryOptions({
    queryKey: ["runs", "project", id],
    queryFn: ({ signal }) => take(api.GET("/api/projects/{project_id}/runs", { params: { path: { project_id: id } }, signal })),
  });

/** A filter of the list of runs. */
export interface RunsFilter {
  project?: string;
  status?: string[];
  needs_you?: boolean;
  /** true, false, or a scenario. */
  drill?: string;
  limit?: number;
}

export const runs = (filter: RunsFilter = {}) =>
  queryOptions({
    queryKey: ["runs", filter],
    queryFn: ({ signal }) => {
      const { status, ...rest } = filter;
      return take(
        api.GET("/api/runs", {
          params: { query: { ...rest, ...(status ? { status: status.join(",") } : {}) } as never },
          signal,
        }),
      );
    },
  });

/** The state of a run with what comes next and what can be done; without its attempts, which the log has. */
export const run = (id: string) =>
  queryOptions({
    queryKey: ["run", id, "state"],
    queryFn: ({ signal }) =>
      take(api.GET("/api/runs/{run_id}/state", { params: { path: { run_id: id }, query: { brief: true } }, signal })),
  });

export const runRecipe = (id: string) =>
  queryOptions({
    queryKey: ["run", id, "recipe"],
    queryFn: ({ signal }) => take(api.GET("/api/runs/{run_id}/recipe", { params: { path: { run_id: id } }, signal })),
  });

/** What passes by itself, as the end of a hold, makes no event: it is read again then. */
const readAgain = (at: number | null) => (at === null ? false : Math.max(250, at + 250 - serverNow()));

export const providers = () =>
  queryOptions({
    queryKey: ["providers"],
    queryFn: ({ signal }) => take(api.GET("/api/providers", { signal })),
    refetchInterval: ({ state }) => readAgain(nextChange(state.data ?? [], serverNow())),
  });

export const incident = (since?: string) =>
  queryOptions({
    queryKey: ["providers", "incident", since ?? null],
    queryFn: ({ signal }) => take(api.GET("/api/incident", { params: { query: since ? { since } : {} }, signal })),
    refetchInterval: ({ state }) => {
      const times = (state.data?.next ?? []).map((n) => Date.parse(n.at ?? "")).filter((t) => t > serverNow());
      return readAgain(times.length > 0 ? Math.min(...times) : null);
    },
  });

/** How providers did over the time before now, in buckets; window and bucket as in "24h", "15m". It is counted anew at times, not with each try. */
export const providersHistory = (window: string, bucket: string, every: number) =>
  queryOptions({
    queryKey: ["providers-history", window, bucket],
    queryFn: ({ signal }) => take(api.GET("/api/providers/history", { params: { query: { window, bucket } }, signal })),
    refetchInterval: every,
  });

const eventsPage = 20;

/** The transitions of breakers and what operators did, newest first, of one provider or of all; in pages. */
export const providerEvents = (provider?: string) =>
  infiniteQueryOptions({
    queryKey: ["providers", "events", provider ?? null],
    queryFn: ({ pageParam, signal }) =>
      take(
        api.GET("/api/providers/events", {
          params: {
            query: { limit: eventsPage, ...(provider ? { provider } : {}), ...(pageParam === null ? {} : { before: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < eventsPage ? null : (page.at(-1)?.id ?? null)),
  });

export const drills = () =>
  queryOptions({ queryKey: ["drills"], queryFn: ({ signal }) => take(api.GET("/api/drills", { signal })), ...once });

export const recipes = () =>
  queryOptions({
    queryKey: ["recipes"],
    queryFn: ({ signal }) => take(api.GET("/api/recipes", { params: { query: { versions: true } }, signal })),
  });

export const recipe = (id: string) =>
  queryOptions({
    queryKey: ["recipes", id],
    queryFn: ({ signal }) => takeAnswer(api.GET("/api/recipes/{recipe_id}", { params: { path: { recipe_id: id } }, signal })),
  });

/** What was found by name in a project's results. */
export const search = (id: string, q: string) =>
  queryOptions({
    queryKey: ["project", id, "search", q],
    queryFn: ({ signal }) =>
      take(api.GET("/api/projects/{project_id}/search", { params: { path: { project_id: id }, query: { q } }, signal })),
  });

/** The current results of a project, without their content. */
export const artifacts = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "artifacts"],
    queryFn: async ({ signal }) => {
      const list = await take(api.GET("/api/projects/{project_id}/artifacts", { params: { path: { project_id: id } }, signal }));
      return list as Schemas["ArtifactSummary"][]; // the other form is asked for by format=ndjson
    },
  });
