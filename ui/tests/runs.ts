import { readFileSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { sample, until, type Server } from "./server";

/** A run of a sample, in a project of its own. */
export interface StartedRun {
  project: string;
  file: string; // its name in the project
  run: string;
}

/** Makes a project with a sample or any other file, and starts a run of it. */
export async function startRun(server: Server, name: string, file: string, options: object = {}): Promise<StartedRun> {
  const path = isAbsolute(file) ? file : sample(file);
  const project = await server.api<{ project_id: string }>("POST", "/api/projects/new", {
    slug: name.toLowerCase().replaceAll(" ", "-"),
    display_name: name,
  });
  const form = new FormData();
  form.set("file", new Blob([readFileSync(path)]), basename(file));
  const uploaded = await fetch(`${server.url}/api/projects/${project.project_id}/inputs/upload`, {
    method: "POST",
    body: form,
    headers: server.headers,
  });
  const { stored_path } = (await uploaded.json()) as { stored_path: string };
  const { run_id } = await server.api<{ run_id: string }>("POST", "/api/runs/start", {
    project_id: project.project_id,
    input_file: stored_path,
    accept_config: true,
    ...options,
  });
  return { project: project.project_id, file: basename(stored_path), run: run_id };
}

/** Waits until a run has come to a status. */
export async function untilRun(server: Server, run: string, ...wanted: string[]): Promise<void> {
  await until(`${run} is ${wanted.join(" or ")}`, async () => {
    const { state } = await server.api<{ state: { status: string } }>("GET", `/api/runs/${run}/state`);
    return wanted.includes(state.status);
  });
}
