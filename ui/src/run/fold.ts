import type { RunEvent } from "~/api/types";
import { blank, fail, skippedBy, type Decided, type Ended, type Named, type Started } from "./attempt";
import { Draft, type Writable } from "./draft";
import { foldLanes } from "./lanes";
import type { After, AttemptView, Role, RunView, StageView, Totals, UnitView, WaitView } from "./view";

const ms = (t: string): number => Date.parse(t);

/**
 * Folds a group of events into a view. What it changes it copies first, once in the group: the view
 * that it began with stays as it was, and what no event touches stays the same object.
 */
export class Fold extends Draft {
  get view(): RunView {
    return this.run;
  }

  get seq(): number {
    return this.run.seq;
  }

  /** Folds in the next event. One of a kind that is not known changes nothing but the number. */
  apply(e: RunEvent): void {
    const run = this.write();
    run.seq = e.seq;
    run.runID = e.run_id;
    this.fold(e, ms(e.ts));
    run.lanes = foldLanes(run.lanes, e, this.endedBy(e), this.own);
    this.settle();
    run.updatedAt = ms(e.ts);
  }

  /** The try that an event ended. */
  private endedBy(e: RunEvent): AttemptView | null {
    if (e.event !== "attempt_finished" && e.event !== "attempt_failed") return null;
    const s = this.run.stages.find((v) => v.id === e.stage_id);
    return s?.units[s.unitAt[e.unit] ?? -1]?.attempts.findLast((a) => a.endSeq === e.seq) ?? null;
  }

  private fold(e: RunEvent, at: number): void {
    switch (e.event) {
      case "pipeline_started":
        return this.start(e, at);
      case "run_resumed":
        return this.resume(e, at);
      case "run_cancelled":
        return this.cancel(at);
      case "pipeline_finished":
        return this.finish(e.outcome, at, e.error ?? null);
      case "dry_run_validated":
        return this.finish("done", at, null);
      case "stage_started":
      case "stage_skipped_reused":
      case "stage_paused":
      case "stage_finished":
      case "stage_failed":
        return this.stageEvent(e, at);
      case "units_planned": {
        this.stage(e.stage_id).unitsTotal = e.total;
        return;
      }
      case "attempt_started":
        return this.attemptStarted(e, at);
      case "attempt_progress":
        this.attempt(e, e.stage_id, e.unit, at).outputTokens = e.output_tokens;
        return;
      case "attempt_finished":
      case "attempt_failed":
        return this.attemptEnded(e, at);
      case "stage_retrying":
      case "stage_waiting":
      case "stage_fallback":
        return this.decided(e, at);
      case "unit_reused":
        return this.reused(e, at);
      case "unit_done":
        return this.done(e, at);
    }
  }

  // The run.

  private start(e: Named<"pipeline_started">, at: number): void {
    const run = this.write();
    run.startedAt = at;
    run.recipeID = e.recipe_id;
    run.projectID = e.project_id;
    run.inputName = e.input_name;
    run.parentRunID = e.parent_run_id ?? null;
    run.drill = e.drill ?? null;
    run.dryRun = e.dry_run;
    for (const id of e.stage_ids) this.stage(id);
  }

  private resume(e: Named<"run_resumed">, at: number): void {
    const left = this.left(at);
    const run = this.write();
    run.resumes = [...run.resumes, { left, at, cause: e.cause, seq: e.seq }];
    for (const { id } of this.run.stages) {
      const s = this.stage(id);
      if (s.status === "paused" && s.pause?.reason === "awaiting_confirmation") {
        if (e.confirmed?.includes(id)) {
          s.status = "done";
          s.pause = null;
        }
      } else if (s.status === "running" || s.status === "waiting" || s.status === "paused") {
        this.lose(s, left);
        this.endWaits(s, left);
        s.status = "pending";
        s.pause = null;
        s.endedAt = null;
        s.unitsDone = 0;
        s.unitsTotal = 0;
        this.eachUnit(s, (u) => {
          if (u.status !== "done") u.status = "begun";
        });
      }
    }
  }

  /** Until when a run that is resumed was worked on, as far as its events say. */
  private left(at: number): number {
    const left = Math.min(at, this.run.updatedAt ?? at);
    const next = Math.min(
      ...this.run.stages.flatMap((s) => s.units.flatMap((u) => u.waits.filter((w) => w.endedAt === null).map((w) => w.until))),
    );
    return next !== Infinity && next > left ? Math.min(next, at) : left; // it waited by intention
  }

  private cancel(at: number): void {
    for (const { id, status } of this.run.stages) {
      if (status !== "running" && status !== "waiting" && status !== "paused") continue;
      const s = this.stage(id);
      if (status !== "paused") this.lose(s, at);
      this.close(s, at);
      s.status = "cancelled";
    }
  }

  private finish(status: "done" | "failed" | "cancelled", at: number, error: string | null): void {
    const run = this.write();
    run.status = status;
    run.finishedAt = at;
    run.error = error;
    run.failure = this.run.stages.find((s) => s.status === "failed")?.failure ?? null;
  }

  /** Derives the status of a run under way from its stages: it is that of the most active one. */
  private settle(): void {
    const run = this.write();
    if (run.startedAt === null || run.finishedAt !== null) return;
    const has = (status: StageView["status"]) => run.stages.some((s) => s.status === status);
    if (has("running")) run.status = "running";
    else if (has("waiting")) run.status = "waiting";
    else if (has("paused")) run.status = "paused";
    else if (run.stages.every((s) => s.startedAt === null)) run.status = "queued";
    else run.status = "running";
  }

  // Stages.

  private stageEvent(
    e: Named<"stage_started" | "stage_skipped_reused" | "stage_paused" | "stage_finished" | "stage_failed">,
    at: number,
  ): void {
    const s = this.stage(e.stage_id);
    switch (e.event) {
      case "stage_started":
        s.status = "running";
        s.startedAt ??= at;
        s.endedAt = null;
        return;
      case "stage_skipped_reused":
        s.status = "skipped_reused";
        s.reusedFrom = e.from_run_id;
        s.startedAt = s.endedAt = at;
        return;
      case "stage_paused":
        s.status = "paused";
        s.pause = { reason: e.reason, seq: e.seq, at };
        return this.close(s, at);
      case "stage_finished":
        s.status = "done";
        return this.close(s, at);
      case "stage_failed":
        s.status = "failed";
        s.failure = {
          stageID: e.stage_id,
          unit: e.unit ?? null,
          errorClass: e.error_class,
          reason: e.terminal_reason,
          error: e.error,
          hint: e.hint ?? null,
          provider: e.provider,
          model: e.model,
          code: e.error_code,
          requestID: e.request_id,
          at,
          seq: e.seq,
        };
        this.close(s, at);
        if (e.unit !== undefined && s.unitAt[e.unit] !== undefined) this.unit(s, e.unit, at, e.seq).status = "failed";
    }
  }

  /** Ends what goes on in a stage. */
  private close(s: Writable<StageView>, at: number): void {
    s.endedAt = at;
    this.endWaits(s, at);
    this.eachUnit(s, (u) => {
      if (u.status === "done") return;
      u.status = s.status === "done" ? "done" : "stopped";
      u.endedAt ??= at;
    });
  }

  /** Ends the tries that are under way with their process; what they took is not known, the least counts. */
  private lose(s: Writable<StageView>, at: number): void {
    for (const { unit, attempts } of s.units) {
      if (!attempts.some((a) => a.status === "running")) continue;
      const u = this.unit(s, unit, at, 0);
      const list = this.array(u, "attempts");
      attempts.forEach((a, i) => {
        if (a.status !== "running") return;
        const lost = { ...a, status: "lost" as const, errorClass: "canceled" as const, endedAt: Math.max(at, a.startedAt) };
        if (a.least !== null) {
          lost.inputTokens = a.least.inputTokens;
          lost.estimated = true;
          [lost.costUSD, lost.simulatedUSD] = this.priced(a.least.costUSD, null);
        }
        lost.outputTokens = 0;
        lost.least = null;
        list[i] = lost;
        u.failed++;
        this.count(s, lost, { running: -1, failed: 1 });
      });
    }
  }

  private endWaits(s: Writable<StageView>, at: number): void {
    for (const u of s.units) if (u.waits.some((w) => w.endedAt === null)) this.endWait(this.unit(s, u.unit, at, 0), null, at);
  }

  // Units.

  private attemptStarted(e: Started, at: number): void {
    const s = this.stage(e.stage_id);
    const u = this.unit(s, e.unit, at, e.seq);
    const hedge = u.attempts.some((a) => a.status === "running" && a.role === e.role);
    this.array(u, "attempts").push({ ...blank(e, at), hedge });
    this.endWait(u, e.role, at);
    u.endedAt = null;
    this.standing(s, u);
    this.add(s, { tries: 1, running: 1 });
  }

  private attemptEnded(e: Ended, at: number): void {
    const s = this.stage(e.stage_id);
    const a = this.attempt(e, e.stage_id, e.unit, at);
    const u = this.unit(s, e.unit, at, e.seq);
    a.endedAt = at;
    a.endSeq = e.seq;
    a.latencyMS = e.latency_ms;
    a.firstEventMS = e.first_event_ms ?? null;
    a.servedModel = e.served_model ?? null;
    a.requestID = e.request_id;
    a.inputTokens = e.input_tokens;
    a.outputTokens = e.output_tokens;
    a.estimated = e.estimated ?? false;
    a.least = null;
    [a.costUSD, a.simulatedUSD] = this.priced(e.cost_usd, e.simulated_cost_usd ?? null);
    if (e.event === "attempt_finished") {
      a.status = "success";
      u.answeredBy = { provider: e.provider, model: e.model };
    } else {
      fail(a, e, u);
      u.failed++;
    }
    this.count(s, a, { running: -1, ...(e.event === "attempt_finished" ? { answers: 1 } : { failed: 1 }) });
    this.standing(s, u);
  }

  private decided(e: Decided, at: number): void {
    const s = this.stage(e.stage_id);
    const u = this.unit(s, e.unit, at, e.seq);
    if (e.event === "stage_fallback") {
      this.add(s, { fallbacks: 1 });
      this.array(u, "fallbacks").push({
        role: e.role,
        at,
        fromProvider: e.from_provider,
        fromModel: e.from_model,
        toProvider: e.to_provider,
        toModel: e.to_model,
        reason: e.reason,
        errorClass: e.error_class ?? null,
        skipped: skippedBy(e, u),
        seq: e.seq,
      });
    } else this.wait(u, e, at);
    const until = ms(e.event === "stage_waiting" ? e.until : e.next_attempt_at);
    const kind = e.event === "stage_waiting" ? "wait" : e.event === "stage_fallback" ? "fallback" : "retry";
    this.follow(u, e.role, { kind, at, until, decision: e.decision, seq: e.seq });
    this.standing(s, u);
  }

  private wait(u: Writable<UnitView>, e: Named<"stage_waiting" | "stage_retrying">, at: number): void {
    const until = ms(e.event === "stage_waiting" ? e.until : e.next_attempt_at);
    this.endWait(u, e.role, at);
    if (until <= at) return;
    this.array(u, "waits").push({
      role: e.role,
      since: at,
      until,
      endedAt: null,
      retry: e.event === "stage_retrying",
      reason: e.reason,
      provider: e.provider,
      model: e.model,
      errorClass: e.error_class ?? null,
      givesUp: e.event === "stage_waiting" && (e.gives_up ?? false),
      decision: e.decision,
      seq: e.seq,
    });
  }

  /** Notes at the try that ended last what was decided then; the last decision counts. */
  private follow(u: Writable<UnitView>, role: Role, then: After): void {
    const i = u.attempts.findLastIndex((a) => a.role === role && a.endSeq !== null);
    const a = u.attempts[i];
    if (a === undefined || a.status === "success" || u.attempts.some((b) => b.role === role && b.seq > (a.endSeq ?? 0))) return;
    const first = a.then?.kind === "wait" ? a.then : then; // further waits do not change what was decided then
    this.array(u, "attempts")[i] = { ...a, then: first };
  }

  private reused(e: Named<"unit_reused">, at: number): void {
    const s = this.stage(e.stage_id);
    const u = this.unit(s, e.unit, at, e.seq);
    const own = e.from_run_id === this.run.runID;
    if (!own || u.attempts.length === 0) {
      const { role, provider, model } = e;
      this.array(u, "reused").push({ role, at, provider, model, fromRunID: e.from_run_id, seq: e.seq });
    }
    u.answeredBy = { provider: e.provider, model: e.model };
    this.endWait(u, e.role, at);
    this.add(s, { reused: 1, answers: own ? 0 : 1 });
    this.standing(s, u);
  }

  private done(e: Named<"unit_done">, at: number): void {
    const s = this.stage(e.stage_id);
    s.unitsDone = Math.max(s.unitsDone, e.done);
    s.unitsTotal = e.total;
    const u = this.unit(s, e.unit, at, e.seq);
    if (u.status === "done") return;
    u.status = "done";
    u.endedAt = at;
  }

  private endWait(u: Writable<UnitView>, role: Role | null, at: number): void {
    const i = u.waits.findLastIndex((w) => w.endedAt === null && (role === null || w.role === role));
    const w = u.waits[i];
    if (w === undefined) return;
    this.array(u, "waits")[i] = { ...w, endedAt: at };
    if (role === null) this.endWait(u, null, at);
  }

  /** Derives where a unit, and with it its stage, stands: it works while any of its requests does. */
  private standing(s: Writable<StageView>, u: Writable<UnitView>): void {
    if (u.status !== "done") {
      const wait: WaitView | undefined = u.waits.findLast((w) => w.endedAt === null);
      if (u.attempts.some((a) => a.status === "running")) u.status = "running";
      else u.status = wait === undefined ? "begun" : wait.retry ? "pausing" : "waiting";
    }
    if (s.status !== "running" && s.status !== "waiting") return;
    const waits = () => s.units.some((v) => v.waits.some((w) => w.endedAt === null && !w.retry));
    s.status = s.totals.running === 0 && waits() ? "waiting" : "running";
  }

  // Counting.

  /** The cost of a try, and what it would have cost where the simulator answered. */
  private priced(usd: number | null, simulated: number | null): [number | null, number | null] {
    if (this.run.drill === null || usd === null) return [usd, simulated];
    return [0, simulated ?? usd];
  }

  /** Counts what a try took that has ended. */
  private count(s: Writable<StageView>, a: AttemptView, more: Partial<Totals>): void {
    const spent = a.simulatedUSD ?? a.costUSD ?? 0;
    this.add(s, {
      ...more,
      costUSD: a.costUSD ?? 0,
      simulatedUSD: a.simulatedUSD ?? 0,
      wasteUSD: a.status === "success" ? 0 : spent,
      unpriced: a.costUSD === null ? 1 : 0,
      estimated: a.estimated ? 1 : 0,
      inputTokens: a.inputTokens,
      outputTokens: a.outputTokens,
    });
  }

  private add(s: Writable<StageView>, more: Partial<Totals>): void {
    s.totals = this.sum(s.totals, more);
    const run = this.write();
    run.totals = this.sum(run.totals, more);
  }

  private sum(totals: Totals, more: Partial<Totals>): Totals {
    const t = this.mine(totals);
    for (const k of Object.keys(more) as (keyof Totals)[]) t[k] += more[k] ?? 0;
    return t;
  }

  /** The try under way that an event names, or one whose start was not recorded. */
  private attempt(
    e: Started | Ended | Named<"attempt_progress">,
    stageID: string,
    unit: string,
    at: number,
  ): Writable<AttemptView> {
    const s = this.stage(stageID);
    const u = this.unit(s, unit, at, e.seq);
    const list = this.array(u, "attempts");
    const i = list.findLastIndex((a) => a.status === "running" && a.role === e.role && a.number === e.attempt);
    if (i >= 0) return (list[i] = this.mine(list[i]!));
    this.add(s, { tries: 1, running: 1 });
    const made = this.mine(blank(e, "latency_ms" in e ? at - e.latency_ms : at));
    list.push(made);
    return made;
  }
}
