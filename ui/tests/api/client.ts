// A client of the operations that a page uses. It is compiled and never run.
import createClient from "openapi-fetch";
import type { components, paths } from "~/api/schema.gen";
import { type Event, line, never, pauseWord, terminalWord } from "./events";

type Schemas = components["schemas"];

export const api = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl: "/",
  headers: { "Cineforge-Client": "page" },
});

// text says why a request was not done, and what can be done.
function text(p: Schemas["Problem"]): string {
  const actions = p.actions?.map((a) => `${a.label}: ${a.method ?? ""} ${a.endpoint ?? ""} ${JSON.stringify(a.payload ?? {})}`);
  const where = p.errors?.map((e) => `${e.pointer ?? ""} ${e.message}`);
  return [p.message, p.hint ?? "", ...(where ?? []), ...(actions ?? [])].join("\n");
}

function codeIsOfRetry(code: Schemas["ProblemCode"]): boolean {
  return code === "already_retried" || code === "plan_changed" || code === "no_budget_left" || code === "run_not_over";
}

// got returns the data of an answer, or throws why there is none.
function got<T>(answer: { data?: T | undefined; error?: Schemas["Problem"] | undefined; response: Response }): T {
  if (answer.error !== undefined) throw new Error(text(answer.error));
  if (answer.data === undefined) throw new Error(`status ${answer.response.status}`);
  return answer.data;
}

export function runWord(status: Schemas["RunStatus"]): string {
  switch (status) {
    case "queued":
      return "Queued";
    case "running":
      return "Running";
    case "waiting":
      return "Waiting";
    case "paused":
      return "Paused";
    case "done":
      return "Done";
    case "failed":
      return "Failed";
    case "cancelled":
      return "Cancelled";
    case "damaged":
      return "Damaged";
    default:
      return never(status);
  }
}

export function stageWord(status: Schemas["StageStatus"]): string {
  switch (status) {
    case "pending":
    case "running":
    case "done":
    case "failed":
    case "paused":
    case "waiting":
    case "cancelled":
      return status;
    case "skipped_reused":
      return "reused";
    default:
      return never(status);
  }
}

export function breakerWord(state: Schemas["BreakerState"]): string {
  switch (state) {
    case "closed":
      return "in use";
    case "open":
      return "out";
    case "half_open":
      return "being asked";
    default:
      return never(state);
  }
}

export function healthWord(health: Schemas["ArtifactHealth"]): string {
  switch (health) {
    case "valid":
    case "confirmed_valid":
      return "good";
    case "stale":
    case "needs_revision":
    case "needs_review":
      return health.replace("_", " ");
    default:
      return never(health);
  }
}

// home: projects, and runs that need a person.
export async function home(): Promise<string[]> {
  const session = got(await api.GET("/api/session"));
  if (session.token_required && !session.authenticated) return ["log in"];
  const projects = got(await api.GET("/api/projects/recent", { params: { query: { limit: 20 } } }));
  const page = got(await api.GET("/api/runs", { params: { query: { needs_you: true, limit: 50 } } }));
  const rows = page.runs.map((r) => {
    const wait: Schemas["Wait"] | undefined = r.wait;
    const until =
      wait === undefined ? "" : `${wait.provider ?? ""} ${wait.error_class ?? ""} ${new Date(wait.until * 1000).toISOString()}`;
    return `${r.display_name} ${runWord(r.status)} ${r.stage_title ?? ""} ${r.units_done}/${r.units_total ?? "?"} ${until}`;
  });
  return [...projects.map((p) => `${p.display_name} ${p.last_modified} ${p.input_files.join()}`), ...rows];
}

export async function login(token: string): Promise<boolean> {
  const answer = await api.POST("/api/login", { body: { token } });
  return answer.data?.authenticated ?? false;
}

// stageRows lists the stages of a run with their attempts.
export async function stageRows(runID: string): Promise<string[]> {
  const { state, background_error } = got(await api.GET("/api/runs/{run_id}/state", { params: { path: { run_id: runID } } }));
  const rows: string[] = [runWord(state.status), background_error ?? "", state.wait_reason ?? ""];
  for (const id of state.stage_order) {
    const stage: Schemas["StageState"] | undefined = state.stages[id];
    if (stage === undefined) continue;
    rows.push(`${stage.title ?? id} ${stageWord(stage.status)} ${stage.units_done}/${stage.units_total} ${stage.cost_usd}`);
    if (stage.pause_reason !== undefined) rows.push(pauseWord(stage.pause_reason));
    if (stage.terminal_reason !== undefined) rows.push(`${terminalWord(stage.terminal_reason)} ${stage.final_error_class ?? ""}`);
    for (const a of stage.attempts) {
      const error: Schemas["ErrorClass"] | undefined = a.error_class;
      rows.push(
        `${a.unit} ${a.role} ${a.attempt} ${a.provider} ${a.model} ${attemptWord(a.status)} ${error ?? ""} ${a.started_at ?? 0}`,
      );
    }
    for (const [model, use] of Object.entries(stage.models_used ?? {}))
      rows.push(`${model} ${use.answers} ${Object.keys(use.providers).join()}`);
  }
  for (const need of state.needs ?? []) rows.push(`${need.kind satisfies Schemas["NeedKind"]} ${need.name}`);
  for (const [name, value] of Object.entries(state.runtime_params)) rows.push(`${name}=${jsonText(value)}`);
  return rows;
}

function attemptWord(status: Schemas["AttemptStatus"]): string {
  switch (status) {
    case "running":
    case "success":
    case "failed":
      return status;
    default:
      return never(status);
  }
}

// jsonText walks JSON of any form.
export function jsonText(value: Schemas["JSONValue"]): string {
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return value.map((v: Schemas["JSONValue"]) => jsonText(v)).join();
  return Object.entries(value)
    .map(([name, v]) => `${name}: ${jsonText(v)}`)
    .join();
}

export async function timeline(runID: string, after: number): Promise<string[]> {
  const answer = await api.GET("/api/runs/{run_id}/events", { params: { path: { run_id: runID }, query: { after } } });
  const events: Event[] = got(answer).events;
  return events.map(line);
}

export async function log(after: number): Promise<number> {
  const page = got(await api.GET("/api/events", { params: { query: { after, topics: "runs,providers", limit: 500 } } }));
  page.events.map(line);
  return page.more ? page.position : -1;
}

// retry asks for a plan and does what it says, or nothing if it would be something else by then.
export async function retry(runID: string, stage?: string): Promise<string> {
  const query = stage === undefined ? {} : { from: stage };
  const planned = await api.GET("/api/runs/{run_id}/retry-plan", { params: { path: { run_id: runID }, query } });
  const plan = got(planned);
  const tag = planned.response.headers.get("ETag") ?? "";
  const cost = plan.estimated_cost_usd === null ? "unknown" : plan.estimated_cost_usd.toFixed(2);
  const redone = plan.redone.map((r) => r.stage_id).join();
  const answer = await api.POST("/api/runs/{run_id}/retry", {
    params: { path: { run_id: runID }, header: { "If-Match": tag, "Idempotency-Key": crypto.randomUUID() } },
    body: stage === undefined ? {} : { from: stage },
  });
  if (answer.error !== undefined && codeIsOfRetry(answer.error.code)) return text(answer.error);
  const started = got(answer);
  return `${started.run_id} ${started.existing ?? false} ${cost} ${redone} ${plan.mode}`;
}

export async function act(runID: string, what: "cancel" | "resume" | "try-now" | "acknowledge"): Promise<void> {
  const params = { path: { run_id: runID } };
  switch (what) {
    case "cancel":
      got(await api.POST("/api/runs/{run_id}/cancel", { params }));
      break;
    case "resume":
      got(await api.POST("/api/runs/{run_id}/resume", { params, body: { candidates: "today" } }));
      break;
    case "try-now":
      got(await api.POST("/api/runs/{run_id}/try-now", { params }));
      break;
    case "acknowledge":
      got(await api.POST("/api/runs/{run_id}/acknowledge", { params }));
      break;
    default:
      never(what);
  }
}

// result shows what a stage made, by its type.
export function result(detail: Schemas["ArtifactDetail"]): string {
  const { metadata } = detail.payload;
  const head = `${metadata.ref.path} ${healthWord(metadata.health)} ${metadata.source} ${metadata.cost_data?.model ?? ""}`;
  switch (detail.artifact_type) {
    case "raw_input":
      return head + detail.payload.data.content;
    case "canonical_script":
      return head + detail.payload.data.script_text + detail.payload.data.normalization.strategy;
    case "scene": {
      const scene = detail.payload.data;
      return head + scene.heading + scene.elements.map((e) => e.content).join() + (scene.summary ?? "") + scene.page_eighths;
    }
    case "scene_index":
      return head + detail.payload.data.entries.map((e) => `${e.scene_number} ${e.heading} ${e.tone_mood ?? ""}`).join();
    case "project_config": {
      const config = detail.payload.data;
      const details = Object.entries(config.detection_details).map(
        ([name, d]) => `${name}: ${jsonText(d.value)} by ${d.by} (${d.source})`,
      );
      return head + config.genre.join() + (config.logline ?? "") + details.join();
    }
    case "OtherArtifactDetail":
      return head + jsonText(detail.payload.data);
    default:
      return never(detail);
  }
}

export async function results(projectID: string): Promise<string[]> {
  const groups = got(await api.GET("/api/projects/{project_id}/artifacts", { params: { path: { project_id: projectID } } }));
  return Promise.all(
    groups.map(async (g) => {
      const path = { project_id: projectID, artifact_type: g.artifact_type, entity_id: g.entity_id, version: g.latest_version };
      return result(
        got(await api.GET("/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/{version}", { params: { path } })),
      );
    }),
  );
}

export async function start(projectID: string, file: Schemas["Uploaded"]): Promise<string> {
  const notes = file.warnings.map((w) => `${w.line}: ${w.message}`);
  const body = { project_id: projectID, input_file: file.stored_path, recipe_id: "mvp_ingest", accept_config: true };
  const started = got(
    await api.POST("/api/runs/start", { body, params: { header: { "Idempotency-Key": crypto.randomUUID() } } }),
  );
  return [started.run_id, ...notes, ...(started.warnings ?? []).map((w) => w.message)].join("\n");
}

// providers shows how each provider is doing, and what went wrong in the last hour.
export async function providers(): Promise<string[]> {
  const rows: string[] = [];
  for (const p of got(await api.GET("/api/providers"))) {
    rows.push(
      `${p.name} ${breakerWord(p.breaker)} ${p.next_probe_at ?? ""} ${p.held?.reason ?? ""} ${p.last_failure?.error_class ?? ""}`,
    );
    for (const g of p.gates ?? []) rows.push(`${g.error_class} since ${g.since} until ${g.until} ${g.needs_person}`);
    for (const m of p.models)
      rows.push(`${m.model} ${breakerWord(m.breaker)} ${m.success ?? "unknown"} ${m.limits?.first_byte.seconds ?? 0}`);
  }
  const incident = got(await api.GET("/api/incident"));
  rows.push(incident.message, ...incident.next.map((n) => `${n.at ?? "never"} ${n.what}`));
  for (const p of incident.providers) rows.push(p.provider);
  const history = got(await api.GET("/api/providers/history", { params: { query: { window: "24h" } } }));
  for (const p of history.providers) {
    for (const b of p.buckets) rows.push(`${b.ts} ${b.answered} ${b.failed} ${b.latency_p95_ms ?? 0} ${b.wasted_cost_usd}`);
  }
  return rows;
}

export async function hold(name: string, reason: string): Promise<void> {
  got(await api.POST("/api/providers/{name}/hold", { params: { path: { name } }, body: { reason, seconds: 3600 } }));
  const released = got(await api.POST("/api/providers/{name}/release", { params: { path: { name } }, body: { reason } }));
  for (const e of released.ended) e.gate?.until satisfies string | undefined;
}

// chat shows what was said; an action is a request as it stands.
export async function chat(projectID: string): Promise<string[]> {
  const messages = got(await api.GET("/api/projects/{project_id}/chat", { params: { path: { project_id: projectID } } }));
  return messages.flatMap((m) => [
    `${new Date(m.timestamp).toISOString()} ${m.type} ${m.content}`,
    ...(m.actions ?? []).map(
      (a) => `${a.label} ${a.endpoint ?? ""} ${jsonText(a.payload ?? null)} ${a.confirm_action?.type ?? ""}`,
    ),
  ]);
}

// words: all texts of classes and states come from the server.
export async function words(): Promise<string[]> {
  const classes = got(await api.GET("/api/failures"));
  const vocabulary = got(await api.GET("/api/words"));
  const recipes = got(await api.GET("/api/recipes"));
  return [
    ...classes.map((c) => `${c.error_class}: ${c.title}. ${c.explanation} ${c.action} ${c.fault satisfies Schemas["Side"]}`),
    vocabulary.run_statuses["running"] ?? "",
    ...recipes.map((r) => r.name),
  ];
}

// newRun shows what is in a file, and what a run of it would do, before anything is paid.
export async function newRun(projectID: string, filename: string): Promise<string[]> {
  const limits = got(await api.GET("/api/limits"));
  const params = { path: { project_id: projectID, filename } };
  const found = got(await api.GET("/api/projects/{project_id}/inputs/{filename}/scenes", { params }));
  const plan = got(
    await api.POST("/api/runs/plan", { body: { project_id: projectID, input_file: filename, without_providers: ["openai"] } }),
  );
  const rows = found.scenes.map((s) => `${s.number ?? ""} ${s.int_ext ?? ""} ${s.heading} ${s.page_eighths} ${s.implied}`);
  rows.push(
    ...limits.formats.map((f) => `${f.title} ${f.usable} ${f.extensions.join()}`),
    ...found.characters.map((c) => c.name),
  );
  for (const stage of plan.stages) {
    rows.push(
      `${stage.title} ${stage.action satisfies Schemas["StageAction"]} ${stage.units ?? "?"} ${rangeText(stage.estimate?.cost_usd)}`,
    );
    for (const c of stage.chain) rows.push(`${c.provider} ${c.model} ${c.usable} ${c.reason ?? ""} ${c.until ?? ""}`);
  }
  rows.push(`${rangeText(plan.cost_usd)} ${rangeText(plan.if_last_usd)} ${rangeText(plan.seconds)} ${plan.max_cost_usd.value}`);
  return [...rows, ...plan.warnings.map((w) => w.message), ...plan.earlier_runs.map((r) => r.run_id)];
}

function rangeText(range: Schemas["Range"] | null | undefined): string {
  return range == null ? "unknown" : `${range.low} to ${range.high}`;
}

// edit replaces what was shown, or fails if it is no longer what is current.
export async function edit(detail: Schemas["SceneDetail"], projectID: string, tag: string): Promise<number> {
  const path = { project_id: projectID, artifact_type: detail.artifact_type, entity_id: detail.entity_id };
  const params = { path, header: { "If-Match": tag } };
  const body = { data: { ...detail.payload.data, summary: "She leaves." }, rationale: "better" };
  const edited = got(await api.POST("/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/edit", { params, body }));
  await api.POST("/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/restore", {
    params: { path },
    body: { version: 1, rationale: "it was better" },
  });
  return edited.version;
}

// scenes reads all scenes at once, as lines.
export function scenes(lines: string): string[] {
  return lines
    .split("\n")
    .filter((l) => l !== "")
    .map((l) => (JSON.parse(l) as Schemas["SceneArtifact"]).data.heading);
}

export async function remove(projectID: string): Promise<string> {
  const gone = got(await api.DELETE("/api/projects/{project_id}", { params: { path: { project_id: projectID } } }));
  return `${gone.runs} runs, ${gone.artifacts} versions`;
}

// system: what is installed and can be asked.
export async function system(): Promise<string[]> {
  const models = got(await api.GET("/api/models"));
  const modules = got(await api.GET("/api/modules"));
  const drills = got(await api.GET("/api/drills"));
  const doctor = got(await api.GET("/api/doctor"));
  const recipe = got(await api.GET("/api/recipes/{recipe_id}", { params: { path: { recipe_id: "mvp_ingest" } } }));
  return [
    JSON.stringify(models),
    JSON.stringify(modules),
    ...drills.map((d) => `${d.title} ${d.description}`),
    JSON.stringify(doctor),
    ...recipe.stages.map((s) => JSON.stringify(s)),
    ...recipe.errors.map((m) => JSON.stringify(m)),
  ];
}
