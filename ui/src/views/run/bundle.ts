import type { RunEvent } from "~/api/types";
import type { AttemptView } from "~/run/view";

/**
 * What a provider's support asks for about a try, as text: ids, times in UTC, class and codes. It has
 * nothing of the script. The names are those of the log, in English for whoever reads it.
 */
export function bundleOf(runID: string, a: AttemptView, event: RunEvent | undefined): string {
  const time = (t: number | null) => (t === null ? null : new Date(t).toISOString());
  const facts: Record<string, string | number | boolean | null> = {
    run_id: runID,
    event: a.endSeq ?? a.seq,
    stage_id: a.stageID,
    unit: a.unit,
    role: a.role,
    attempt: a.number,
    provider: a.provider,
    model: a.model,
    served_model: a.servedModel,
    status: a.status,
    request_id: a.requestID,
    started_at: time(a.startedAt),
    ended_at: time(a.endedAt),
    latency_ms: a.latencyMS,
    first_event_ms: a.firstEventMS,
    error_class: a.errorClass,
    http_status: a.httpStatus,
    provider_code: a.providerCode,
    retry_after_seconds: a.retryAfterSeconds,
    error: a.error,
    message: event?.message ?? null,
  };
  return Object.entries(facts)
    .filter(([, v]) => v !== null)
    .map(([k, v]) => `${k}: ${v}`)
    .join("\n");
}
