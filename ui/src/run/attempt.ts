import type { RunEvent } from "~/api/types";
import type { Writable } from "./draft";
import type { AttemptView, Decision, UnitView, Verdict } from "./view";

/** The event of a name. */
export type Named<N extends RunEvent["event"]> = Extract<RunEvent, { event: N }>;
/** What begins a try. */
export type Started = Named<"attempt_started">;
/** What ends a try. */
export type Ended = Named<"attempt_finished"> | Named<"attempt_failed">;
/** What is decided about a unit's request. */
export type Decided = Named<"stage_retrying"> | Named<"stage_waiting"> | Named<"stage_fallback">;

/** Whom a fallback passed over: those between both models, and the first one, unless it was asked and failed. */
export function skippedBy(e: Named<"stage_fallback">, u: UnitView): Decision["others"] {
  const last = u.attempts.findLast((a) => a.role === e.role);
  const asked = last?.provider === e.from_provider && last.model === e.from_model;
  const first = (v: Verdict) => v.provider === e.from_provider && v.model === e.from_model;
  return e.decision.others.filter((v) => e.skipped_models.includes(v.model) || (first(v) && !asked && v.reason !== "failed"));
}

/** A try that has just begun. */
export function blank(e: Started | Ended | Named<"attempt_progress">, at: number): AttemptView {
  const decision = ("decision" in e && e.decision) || null;
  const least = ("least" in e && e.least) || null;
  return {
    stageID: e.stage_id,
    unit: e.unit,
    role: e.role,
    number: e.attempt,
    round: decision?.round ?? 0,
    provider: e.provider,
    model: e.model,
    servedModel: null,
    status: "running",
    startedAt: at,
    endedAt: null,
    latencyMS: null,
    firstEventMS: null,
    inputTokens: 0,
    outputTokens: 0,
    estimated: false,
    costUSD: null,
    simulatedUSD: null,
    errorClass: null,
    error: null,
    code: null,
    httpStatus: null,
    providerCode: null,
    requestID: null,
    retryable: null,
    retryAfterSeconds: null,
    scope: null,
    hint: null,
    hedge: false,
    probe: decision?.probe ?? false,
    decision,
    then: null,
    least: least === null ? null : { inputTokens: least.input_tokens, costUSD: least.cost_usd },
    seq: e.seq,
    endSeq: null,
  };
}

/** Notes how a try failed. */
export function fail(a: Writable<AttemptView>, e: Named<"attempt_failed">, u: UnitView): void {
  const raced = u.attempts.some((b) => b.hedge && b.role === e.role && b.seq >= a.seq && b.startedAt < (a.endedAt ?? Infinity));
  a.status = e.error_class === "canceled" && (a.hedge || raced) ? "outraced" : "failed";
  a.errorClass = e.error_class;
  a.error = e.error;
  a.code = e.error_code;
  a.httpStatus = e.http_status ?? null;
  a.providerCode = e.provider_code ?? null;
  a.retryable = e.retryable ?? false;
  a.retryAfterSeconds = e.retry_after_seconds ?? null;
  a.scope = e.scope ?? null;
  a.hint = e.hint ?? null;
}
