import { api, ApiError, take } from "~/api/client";
import type { Schemas } from "~/api/types";
import { sendFile } from "~/api/upload";
import { intake as text } from "~/text/intake";

/** A script that arrived on the server. */
export interface Arrived {
  file: File;
  project: string;
  input: string; // its opaque name in the project
  created: boolean; // the project was made for it
  duplicate: boolean; // the project had it already
}

interface BringOptions {
  signal: AbortSignal;
  onProgress: (share: number) => void;
}

/**
 * Uploads a script: into a project, or, where none is given, into the one that bears its title, or into
 * a new one that is named after it. A new project whose script is refused is not left behind.
 */
export async function bring(file: File, into: string | null, o: BringOptions): Promise<Arrived> {
  const home = into === null ? await findHome(file, o) : { project: into, created: false };
  try {
    const up = await sendFile<Schemas["Uploaded"]>(`/api/projects/${encodeURIComponent(home.project)}/inputs/upload`, file, o);
    return { file, ...home, input: up.filename, duplicate: up.duplicate };
  } catch (e) {
    if (home.created) await dropProject(home.project);
    throw e;
  }
}

/** Uploads a script into a new project of a name. */
export async function bringAnew(file: File, name: string, o: BringOptions): Promise<Arrived> {
  const slug = await take(
    api.POST("/api/projects/preview-slug", { body: { content_snippet: name, original_filename: name }, signal: o.signal }),
  );
  const project = await createProject(slug.slug, name, o.signal);
  return { ...(await bring(file, project, o)), created: true };
}

async function findHome(file: File, o: BringOptions): Promise<{ project: string; created: boolean }> {
  const name = await sendFile<Schemas["SlugProposal"]>("/api/projects/quick-scan", file, { signal: o.signal });
  const all = await take(api.GET("/api/projects/recent", { params: { query: { limit: 1000 } }, signal: o.signal }));
  const same = sameTitle(all, name);
  if (same) return { project: same.project_id, created: false };
  return { project: await createProject(name.slug, name.display_name, o.signal), created: true };
}

/** The project that bears a proposed title; drills are none. */
export function sameTitle<P extends Pick<Schemas["RecentProject"], "project_id" | "display_name" | "drill">>(
  all: readonly P[],
  name: Pick<Schemas["SlugProposal"], "slug" | "display_name">,
): P | undefined {
  const fold = (s: string) => s.trim().toLowerCase();
  return all.find((p) => !p.drill && fold(p.display_name) === fold(name.display_name));
}

async function createProject(slug: string, display_name: string, signal: AbortSignal): Promise<string> {
  return (await take(api.POST("/api/projects/new", { body: { slug, display_name }, signal }))).project_id;
}

/**
 * Takes a script out of its project again: with the project, if that was made for it and has nothing else.
 * A script that was there before, or that a run may have used, stays.
 */
export async function takeOut(a: Arrived): Promise<void> {
  const path = { project_id: a.project, filename: a.input };
  const of = await take(api.GET("/api/projects/{project_id}", { params: { path } })).catch(() => null);
  if (of === null || of.run_count > 0 || a.duplicate) return;
  if (a.created && of.input_files.length === 1) return dropProject(a.project);
  await take(api.DELETE("/api/projects/{project_id}/inputs/{filename}", { params: { path } })).catch(() => undefined);
}

/** Deletes a project that was made for a script that did not come. */
async function dropProject(project: string): Promise<void> {
  await take(api.DELETE("/api/projects/{project_id}", { params: { path: { project_id: project } } })).catch(() => undefined);
}

/** Whether a failure is that the caller gave up. */
export const isAbort = (e: unknown): boolean => e instanceof DOMException && e.name === "AbortError";

/** Refuses what the server would refuse only after all of it was sent. */
export function checkSize(file: File, limit: number, tooLarge: (limit: number) => string): void {
  if (file.size > limit) throw new ApiError(413, "too_large", tooLarge(limit), text.tooLargeHint);
}
