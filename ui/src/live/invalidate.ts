import type { QueryClient } from "@tanstack/react-query";
import type { LogEvent } from "~/api/types";

/** Events that only the run itself shows. */
const quiet: ReadonlySet<string> = new Set(["attempt_progress", "artifact_saved"]);

/** Events of runs that what is read of the run beyond its state does not depend on: there are many of them. */
const steps = /^(attempt_|unit_|units_|breaker_|stage_retrying|stage_fallback|stage_waiting)/;

/** The beginnings of the keys of what an event changes; see api/queries.ts. */
export function changedBy(e: LogEvent): string[][] {
  const keys: string[][] = [];
  if (e.run_id) {
    keys.push(steps.test(e.event) ? ["run", e.run_id, "state"] : ["run", e.run_id]);
    // A provider's card says how many runs wait for it, and how its last tries went.
    if (!quiet.has(e.event)) keys.push(["runs"], ["projects"], ["providers"]);
    if (/^(pipeline_|stage_finished|artifact_)/.test(e.event)) keys.push(["project"]);
    const parent = "parent_run_id" in e ? e.parent_run_id : null;
    if (typeof parent === "string") keys.push(["run", parent]);
    return keys;
  }
  switch (e.event) {
    case "run_acknowledged":
      return [["runs"], ["projects"], ["run", e.about_run_id], ["providers", "incident"]];
    case "breaker_changed":
    case "cooldown_started":
    case "cooldown_ended":
    case "provider_held":
    case "provider_released":
    case "provider_probed":
      return [["providers"], ["providers-history"], ["runs"]];
  }
  // Of a project, its inputs, artifacts or chat; or of a kind that came after this page.
  const project = "project_id" in e && typeof e.project_id === "string" ? e.project_id : null;
  keys.push(["projects"], project ? ["project", project] : ["project"]);
  if (e.event === "artifact_edited") keys.push(["run"]);
  if (e.event === "project_deleted" || e.event === "input_deleted") keys.push(["runs"], ["run"]);
  return keys;
}

/** How long the page waits between two rounds of requests for what changes all the time, in ms. */
const usualPause = () => (globalThis.document?.hidden ? 2_000 : 100);

/**
 * Marks what events change as out of date. The first event of a quiet time does so at once. A storm of
 * events does not become a storm of requests: the next round of a key begins when the last one is
 * answered and three times as long has passed, so that a slow answer is asked for less often.
 */
export class Invalidator {
  private readonly busy = new Map<string, { again: boolean }>();

  constructor(
    private readonly client: QueryClient,
    private readonly pause: () => number = usualPause,
  ) {}

  add(e: LogEvent): void {
    for (const key of changedBy(e)) this.mark(key);
  }

  /** Marks everything as out of date: it is not known what changed. What failed is tried again. */
  all(): void {
    void this.client.invalidateQueries();
  }

  /** Forgets everything, also what never changes: it is of another log. */
  replaced(): void {
    const cache = this.client.getQueryCache();
    for (const query of cache.findAll({ type: "inactive" })) cache.remove(query);
    for (const query of cache.findAll({ type: "active" })) void query.fetch().catch(() => undefined);
  }

  private mark(queryKey: string[]): void {
    const id = JSON.stringify(queryKey);
    const busy = this.busy.get(id);
    if (busy) busy.again = true;
    else void this.rounds(id, queryKey);
  }

  private async rounds(id: string, queryKey: string[]): Promise<void> {
    const state = { again: false };
    this.busy.set(id, state);
    await sleep(0); // events come in groups
    do {
      state.again = false;
      const begin = performance.now();
      // An answer under way may be older than the event, and is asked for anew.
      await this.client.invalidateQueries({ queryKey });
      await sleep(Math.max(this.pause(), 3 * (performance.now() - begin)));
    } while (state.again);
    this.busy.delete(id);
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
