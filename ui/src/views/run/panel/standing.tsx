import { useQuery } from "@tanstack/react-query";
import { failures as failuresQuery } from "~/api/queries";
import type { LogEvent, RunEvent, RunState } from "~/api/types";
import { Foreign, Time } from "~/design/parts";
import { formatCount, formatProvider } from "~/format/format";
import { currentStage, leadingUnits } from "~/run/units";
import { act as actText } from "~/text/act";
import { panel as text } from "~/text/panel";
import { firstChoice } from "../band/band-words";
import { Remaining } from "../band/count";

/** What is retried, who stands in, when the next try is, and what a stage failed of: what one looks for in trouble. */
export function Standing({ answer, events }: { answer: RunState; events: readonly RunEvent[] }) {
  const { data: failures = [] } = useQuery(failuresQuery());
  const { state } = answer;
  const stage = currentStage(state)?.stage;
  const failed = stage?.status === "failed" ? stage.final_error_class : null;
  const fallback = lastFallback(answer, events);
  const waits = new Set((stage?.waits ?? []).map((w) => w.unit)).size;
  const next = state.next_attempt_at;
  if (!fallback && !failed && waits === 0) return null;
  const title = failures.find((f) => f.error_class === failed)?.title;
  return (
    <dl className="kv standing" aria-label={text.facts}>
      {waits > 0 && (
        <>
          <dt>{text.retrying}</dt>
          <dd>{text.retryingUnits(actText.units(leadingUnits(state)?.kind ?? "part", waits, formatCount(waits)), waits)}</dd>
        </>
      )}
      {next !== null && (
        <>
          <dt>{text.next}</dt>
          <dd className="num">
            {text.in} <Remaining until={next} /> {text.at} <Time at={next} />
          </dd>
        </>
      )}
      {fallback && (
        <>
          <dt>{text.fallback}</dt>
          <dd>
            <Foreign>
              {text.fallbackOf(
                `${formatProvider(fallback.to_provider)} ${fallback.to_model}`,
                `${formatProvider(fallback.from_provider)} ${fallback.from_model}`,
              )}
            </Foreign>
          </dd>
        </>
      )}
      {failed && (
        <>
          <dt>{text.class}</dt>
          <dd>
            <strong className="bad">{title ?? failed}</strong> <span className="mono faint">{failed}</span>
          </dd>
        </>
      )}
    </dl>
  );
}

type Fallback = Extract<LogEvent, { event: "stage_fallback" }>;

/** The last time that another provider took over; a way back to the first choice is none. */
function lastFallback(answer: RunState, events: readonly RunEvent[]): Fallback | null {
  const found = events.findLast((e) => {
    if (e.event !== "stage_fallback") return false;
    const f = e as Fallback;
    return f.to_provider !== (firstChoice(answer, f.stage_id) ?? f.from_provider);
  });
  return (found as Fallback | undefined) ?? null;
}
