import { queryOptions, useQuery, keepPreviousData } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, isGone, take, takeAnswer } from "~/api/client";
import type { LogEvent, Run, Schemas } from "~/api/types";

/*
 * What runs made, as the API has it. The list of artifacts says what is current, and is read again
 * after each event; their content is read again only if the list says that it is another one.
 */

export type Summary = Schemas["ArtifactSummary"];
export type Version = Schemas["ArtifactVersion"];
export type Metadata = Schemas["Metadata"];
export type SceneData = Schemas["SceneData"];
export type ConfigData = Schemas["ProjectConfigData"];
export type ScriptData = Schemas["CanonicalScriptData"];
export type IndexData = Schemas["SceneIndexData"];

/** An artifact: its data, and what is known of how it was made. */
export interface Made<T> {
  metadata: Metadata;
  data: T;
}

/** What a project has as results; what does not exist yet is null. */
export interface Artifacts {
  script: Made<ScriptData> | null;
  index: Made<IndexData> | null;
  scenes: Made<SceneData>[];
  config: Made<ConfigData> | null;
}

export const nothing: Artifacts = { script: null, index: null, scenes: [], config: null };

/** The types that the results show. */
const shown = "canonical_script,scene_index,scene,project_config";

/** The current version of each artifact, without content. */
export const artifactList = (project: string) =>
  queryOptions({
    queryKey: ["project", project, "artifacts"],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/projects/{project_id}/artifacts", {
          params: { path: { project_id: project }, query: { type: shown } },
          signal,
        }),
      ) as Promise<Summary[]>,
  });

/** Says what is current and how it is: another text means that the content is another one. */
function contentOf(list: readonly Summary[]): string {
  return list.map((a) => `${a.artifact_type}/${a.entity_id}/${a.current_version}/${a.health}`).join("\n");
}

/** The content of the current artifacts, in one request. */
const artifacts = (project: string, content: string | null) =>
  queryOptions({
    queryKey: ["results", project, content],
    queryFn: async ({ signal }) =>
      parseArtifacts(
        (await take(
          api.GET("/api/projects/{project_id}/artifacts", {
            params: { path: { project_id: project }, query: { type: shown, format: "ndjson" } },
            parseAs: "text",
            signal,
          }),
        )) as unknown as string,
      ),
    enabled: content !== null,
    staleTime: Infinity,
    gcTime: 60_000,
    // While the next state of a project is read the one before stays.
    placeholderData: (before, query) => (query?.queryKey[1] === project ? keepPreviousData(before) : undefined),
  });

/** Reads artifacts, one a line. */
export function parseArtifacts(lines: string): Artifacts {
  const found: Artifacts = { ...nothing, scenes: [] };
  for (const line of lines.split("\n")) {
    if (line.trim() === "") continue;
    const a = JSON.parse(line) as Made<never>;
    const type = a.metadata.ref.artifact_type;
    if (type === "scene") found.scenes.push(a);
    else if (type === "canonical_script") found.script = a;
    else if (type === "scene_index") found.index = a;
    else if (type === "project_config") found.config = a;
  }
  found.scenes.sort((a, b) => (a.data as SceneData).scene_number - (b.data as SceneData).scene_number);
  return found;
}

/** The current results of a project, and the list that they were read by. */
export function useArtifacts(project: string) {
  const list = useQuery(artifactList(project));
  const content = useMemo(() => (list.data ? contentOf(list.data) : null), [list.data]);
  const made = useQuery(artifacts(project, content));
  return {
    list: list.data,
    artifacts: made.data,
    // What was read stays while it can't be read again, unless the project is gone.
    error: made.data === undefined || isGone(list.error) ? (list.error ?? made.error) : null,
    retry: () => {
      void list.refetch();
      void made.refetch();
    },
  };
}

/** The results of a run that are not the project's current ones any more; nothing of them can be changed. */
export const runArtifacts = (project: string, run: string, made: ReadonlyMap<string, number>, enabled: boolean) =>
  queryOptions({
    queryKey: ["run", run, "artifacts", made.size],
    queryFn: async ({ signal }): Promise<Artifacts> => {
      const one = async (type: string) => {
        const version = made.get(`${type}/project`);
        return version === undefined ? null : ((await readVersion(project, type, "project", version)).made as unknown);
      };
      const [script, index, config, exported] = await Promise.all([
        one("canonical_script"),
        one("scene_index"),
        one("project_config"),
        take(api.GET("/api/runs/{run_id}/export", { params: { path: { run_id: run }, query: { format: "json" } }, signal })),
      ]);
      return {
        script: script as Artifacts["script"],
        index: index as Artifacts["index"],
        config: config as Artifacts["config"],
        scenes: (exported as unknown as Schemas["ExportedDocument"]).scenes.map(asMade),
      };
    },
    enabled,
    staleTime: Infinity,
  });

/** A scene of an export as an artifact: of how it was made the export has the least. */
function asMade(scene: Schemas["ExportedScene"]): Made<SceneData> {
  const data = scene.data as unknown as SceneData;
  return {
    data,
    metadata: {
      ref: { artifact_type: "scene", entity_id: data.scene_id, version: scene.version, path: "" },
      health: scene.health,
      source: scene.source,
      annotations: {},
    } as unknown as Metadata,
  };
}

/** The versions of artifacts that a run made or took over, by "type/entity". */
export function versionsOf(run: Run): Map<string, number> {
  const made = new Map<string, number>();
  for (const stage of Object.values(run.stages)) {
    for (const ref of stage.artifact_refs) made.set(`${ref.artifact_type}/${ref.entity_id}`, ref.version);
  }
  return made;
}

/** Whether a run's results are the ones that count in its project, people's edits of them included. */
export function isCurrent(made: ReadonlyMap<string, number>, list: readonly Summary[]): boolean {
  const now = new Map(list.map((a) => [`${a.artifact_type}/${a.entity_id}`, a]));
  for (const [name, version] of made) {
    if (name.startsWith("raw_input/")) continue;
    const a = now.get(name);
    if (a === undefined || (a.current_version !== version && a.source !== "human")) return false;
  }
  return true;
}

/** Leaves of a project's results what a run has made. */
export function madeBy(made: ReadonlyMap<string, number>, all: Artifacts): Artifacts {
  const has = (a: Made<unknown> | null) => a !== null && made.has(`${a.metadata.ref.artifact_type}/${a.metadata.ref.entity_id}`);
  return {
    script: has(all.script) ? all.script : null,
    index: has(all.index) ? all.index : null,
    scenes: all.scenes.filter(has),
    config: has(all.config) ? all.config : null,
  };
}

/** One version with its content, and the tag that guards a change of it. */
export async function readVersion(project: string, type: string, entity: string, version: number) {
  const { data, etag } = await takeAnswer(
    api.GET("/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/{version}", {
      params: { path: { project_id: project, artifact_type: type, entity_id: entity, version } },
    }),
  );
  return { made: data.payload as unknown as Made<Record<string, unknown>>, etag };
}

export const version = (project: string, type: string, entity: string, number: number) =>
  queryOptions({
    queryKey: ["project", project, "version", type, entity, number],
    queryFn: () => readVersion(project, type, entity, number),
  });

/** The versions of an artifact, oldest first. */
export const versions = (project: string, type: string, entity: string) =>
  queryOptions({
    queryKey: ["project", project, "versions", type, entity],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}", {
          params: { path: { project_id: project, artifact_type: type, entity_id: entity } },
          signal,
        }),
      ),
  });

/** The version that counts now, read anew: after somebody else's change, and to change it. */
export async function readCurrent(project: string, type: string, entity: string) {
  const all = await take(
    api.GET("/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}", {
      params: { path: { project_id: project, artifact_type: type, entity_id: entity } },
    }),
  );
  const current = all.find((v) => v.current) ?? all.at(-1);
  return { version: current!.version, ...(await readVersion(project, type, entity, current!.version)) };
}

export type EditedEvent = Extract<LogEvent, { event: "artifact_edited" }>;

/** What people did to the results of a project: edits, restorations, confirmations, oldest first. */
export const edits = (project: string) =>
  queryOptions({
    queryKey: ["project", project, "edits"],
    queryFn: async ({ signal }) => {
      const all: EditedEvent[] = [];
      for (let after = 0; ; ) {
        const page = (await take(
          api.GET("/api/events", { params: { query: { project, kinds: "artifact_edited", after, limit: 1000 } }, signal }),
        )) as Schemas["EventsPage"];
        all.push(...(page.events as EditedEvent[]));
        if (!page.more) return all;
        after = page.position;
      }
    },
  });
