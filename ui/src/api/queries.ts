import { queryOptions } from "@tanstack/react-query";
import { api, take, takeAnswer } from "./client";

/*
 * What the page reads. Keys begin with the subject, so that an event of the log marks what it
 * changes as out of date (see live/invalidate.ts): ["runs"], ["run", id], ["providers"],
 * ["projects"], ["project", id, ...], ["recipes"]. What an event never changes is read once.
 */

/** What changes only with the program: it is read once. */
const once = { staleTime: Infinity } as const;

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

export const models = () =>
  queryOptions({ queryKey: ["models"], queryFn: ({ signal }) => take(api.GET("/api/models", { signal })), ...once });

export const modules = () =>
  queryOptions({ queryKey: ["modules"], queryFn: ({ signal }) => take(api.GET("/api/modules", { signal })), ...once });

export const projects = () =>
  queryOptions({
    queryKey: ["projects"],
    queryFn: ({ signal }) => take(api.GET("/api/projects/recent", { params: { query: { limit: 500 } }, signal })),
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
    ...once,
  });

export const providers = () =>
  queryOptions({ queryKey: ["providers"], queryFn: ({ signal }) => take(api.GET("/api/providers", { signal })) });

export const incident = (since?: string) =>
  queryOptions({
    queryKey: ["providers", "incident", since ?? null],
    queryFn: ({ signal }) => take(api.GET("/api/incident", { params: { query: since ? { since } : {} }, signal })),
  });

export const drills = () =>
  queryOptions({ queryKey: ["drills"], queryFn: ({ signal }) => take(api.GET("/api/drills", { signal })), ...once });

export const recipes = () =>
  queryOptions({ queryKey: ["recipes"], queryFn: ({ signal }) => take(api.GET("/api/recipes", { signal })) });

export const recipe = (id: string) =>
  queryOptions({
    queryKey: ["recipes", id],
    queryFn: ({ signal }) => takeAnswer(api.GET("/api/recipes/{recipe_id}", { params: { path: { recipe_id: id } }, signal })),
  });
