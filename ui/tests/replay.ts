import type { Page } from "@playwright/test";
import type { Run, RunEvent } from "~/api/types";
import { recordings } from "./golden";

/** A run that the page reads from a file in place of the server. */
export interface Replayed {
  events: RunEvent[];
  state: Run;
}

/** The recorded run of a name. */
export const recording = (name: string): Replayed => recordings().find((r) => r.name === name)!;

/** Answers the page's questions about one run from a recording; all else the server answers. Returns its address. */
export async function replay(page: Page, { events, state }: Replayed): Promise<string> {
  const id = events[0]!.run_id;
  const json = (body: unknown) => ({ status: 200, contentType: "application/json", body: JSON.stringify(body) });
  await page.route(
    (url) => url.pathname === `/api/runs/${id}/state`,
    (r) => r.fulfill(json({ run_id: id, state, actions: [], acts: [], background_error: state.error ?? null })),
  );
  await page.route(
    (url) => url.pathname === `/api/runs/${id}/events`,
    (r) => {
      const after = Number(new URL(r.request().url()).searchParams.get("after") ?? 0);
      return r.fulfill(json({ run_id: id, events: events.slice(after, after + 1000) }));
    },
  );
  return `/runs/${id}`;
}

const at = (ms: number): string => new Date(Date.UTC(2026, 10, 28, 18) + ms).toISOString();

/**
 * A run of very many scenes, as the engine would record it: four at a time, and every third scene is
 * refused first and goes to another provider. Its end is that of the given status.
 */
export function manyScenes(scenes: number): Replayed {
  const { events: few, state } = recording("anthropic-overload");
  const of = <N extends RunEvent["event"]>(name: N) => few.find((e) => e.event === name) as Extract<RunEvent, { event: N }>;
  const events: RunEvent[] = [];
  const add = (e: RunEvent, ms: number, more: object = {}) =>
    events.push({ ...e, ...more, run_id: "run-many", seq: events.length + 1, ts: at(ms) } as RunEvent);
  const stage_id = "extract_scenes";
  add(of("pipeline_started"), 0);
  add(of("stage_started"), 0, { stage_id });
  add(of("units_planned"), 0, { stage_id, total: scenes });
  for (let i = 0; i < scenes; i++) {
    const unit = `scene_${String(i + 1).padStart(3, "0")}`;
    let t = Math.floor(i / 4) * 9000 + (i % 4) * 300;
    const head = { stage_id, unit, role: "work" };
    add(of("attempt_started"), t, { ...head, attempt: 1, provider: "anthropic", model: "claude-sonnet-4-6" });
    if (i % 3 === 0) {
      add(of("attempt_failed"), (t += 1200), { ...head, attempt: 1, latency_ms: 1200 });
      add(of("stage_retrying"), t, { ...head, attempt: 2, next_attempt_at: at(t) });
      add(of("stage_fallback"), t, { ...head, next_attempt_at: at(t) });
      add(of("attempt_started"), t, { ...head, attempt: 2, provider: "openai", model: "gpt-5.2" });
    }
    const [attempt, provider, model] = i % 3 === 0 ? [2, "openai", "gpt-5.2"] : [1, "anthropic", "claude-sonnet-4-6"];
    const asked = { ...head, attempt, provider, model };
    const progress = { ...head, attempt, event: "attempt_progress", provider, model, elapsed_ms: 1000, tokens_per_second: 40 };
    for (let n = 1; n <= 4; n++) add({ ...of("attempt_started"), ...progress } as never, t + n * 1000, { output_tokens: 40 * n });
    if (i >= scenes - 4) continue; // these are under way still
    add(of("attempt_finished"), (t += 6000), { ...asked, latency_ms: 6000 });
    add(of("unit_done"), t, { ...head, done: Math.max(1, i - 2), total: scenes });
  }
  // What the server knows goes with the events: a run that was stopped in the middle of its work.
  const { stages, ...rest } = state;
  const now: Run = {
    ...rest,
    run_id: "run-many",
    status: "cancelled",
    stages,
    finished_at: Date.parse(events.at(-1)!.ts) / 1000,
  };
  add({ ...of("pipeline_finished"), event: "run_cancelled" } as never, Date.parse(events.at(-1)!.ts) - Date.parse(at(0)) + 1000);
  add(of("pipeline_finished"), Date.parse(events.at(-1)!.ts) - Date.parse(at(0)), { outcome: "cancelled", success: false });
  return { events, state: now };
}
