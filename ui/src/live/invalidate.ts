import type { QueryClient } from "@tanstack/react-query";
import type { LogEvent } from "~/api/types";

/** The beginnings of the keys of what an event changes; see api/queries.ts. */
export function changedBy(e: LogEvent): string[][] {
  const keys: string[][] = [];
  const project = "project_id" in e && typeof e.project_id === "string" ? e.project_id : null;
  if (e.run_id) {
    keys.push(["run", e.run_id, "state"]);
    if (!quiet.has(e.event)) keys.push(["runs"], ["projects"]);
  }
  if (e.event.startsWith("breaker_") || e.event.startsWith("cooldown_") || e.event.startsWith("provider_"))
    keys.push(["providers"], ["providers-history"]);
  if (touching.has(e.event)) keys.push(["providers"]);
  if (e.event === "attempt_failed" || e.event === "attempt_finished") keys.push(["providers"]);
  if (
    e.event.startsWith("artifact_") ||
    e.event === "chat_posted" ||
    e.event.startsWith("input_") ||
    e.event.startsWith("project_")
  ) {
    keys.push(["projects"], project ? ["project", project] : ["project"]);
  }
  if (e.event === "run_acknowledged" || e.event === "retry_requested") keys.push(["runs"], ["run"]);
  return keys;
}

/** Events of runs that change what an outage does to runs. */
const touching: ReadonlySet<string> = new Set([
  "stage_waiting",
  "stage_paused",
  "stage_failed",
  "stage_fallback",
  "run_resumed",
  "run_cancelled",
  "pipeline_finished",
]);

/** Events of runs that no list shows. */
const quiet: ReadonlySet<string> = new Set(["attempt_progress", "attempt_started", "artifact_saved", "stage_retrying"]);

/**
 * Marks what events change as out of date, each beginning of a key at most once in a while: a storm
 * of events must not become a storm of requests. The first of a quiet time goes at once.
 */
export class Invalidator {
  private pending = new Map<string, string[]>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = 0;

  constructor(
    private readonly client: QueryClient,
    private readonly pause = 400, // ms between two rounds
  ) {}

  add(e: LogEvent): void {
    for (const key of changedBy(e)) this.pending.set(JSON.stringify(key), key);
    if (this.pending.size === 0 || this.timer !== undefined) return;
    const wait = Math.max(0, this.last + this.pause - performance.now());
    this.timer = setTimeout(() => this.flush(), wait);
  }

  /** Marks everything as out of date: after a gap it is not known what changed. */
  all(): void {
    void this.client.invalidateQueries();
  }

  private flush(): void {
    this.timer = undefined;
    this.last = performance.now();
    for (const [text, queryKey] of this.pending) {
      // An answer under way may be older than the event; to cancel it each time would starve a slow server.
      if (this.client.isFetching({ queryKey }) > 0) continue;
      this.pending.delete(text);
      void this.client.invalidateQueries({ queryKey });
    }
    if (this.pending.size > 0) this.timer = setTimeout(() => this.flush(), this.pause);
  }
}
