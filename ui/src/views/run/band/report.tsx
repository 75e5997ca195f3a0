import type { RunState } from "~/api/types";
import { CopyButton } from "~/design/parts";
import { formatProvider, formatUtc } from "~/format/format";
import { currentStage } from "~/run/units";
import type { RunView } from "~/run/view";
import { run as text } from "~/text/run";
import { costOf } from "./band-words";

/** Copies what whoever helps needs of a failed run, as Markdown. It holds no text of the script. */
export function CopyReport({ answer, view }: { answer: RunState; view: RunView }) {
  return <CopyButton value={reportOf(answer, view)} what={text.report.copy} label={text.report.copy} />;
}

/** A run's failure as Markdown: ids, times, class, code, cause. Times are UTC, since readers are elsewhere. */
export function reportOf(answer: RunState, view: RunView): string {
  const { state } = answer;
  const n = text.report.names;
  const stage = currentStage(state)?.stage;
  const tries = Object.values(state.stages).reduce((sum, s) => sum + s.attempt_count, 0);
  const rows: [string, string | null | undefined][] = [
    [n.status, state.status],
    [n.input, state.input_name],
    [n.recipe, `${state.recipe_id} ${state.recipe_digest}`],
    [n.started, state.started_at && formatUtc(state.started_at)],
    [n.at, state.finished_at && formatUtc(state.finished_at)],
    [n.stage, stage?.title],
    [n.class, stage?.final_error_class],
    [n.code, [stage?.http_status, stage?.provider_code].filter(Boolean).join(" ")],
    [n.cause, stage?.error ?? answer.background_error],
    [n.helps, stage?.hint],
    [n.model, [stage?.failed_provider && formatProvider(stage.failed_provider), stage?.failed_model].filter(Boolean).join(" ")],
    [n.request, stage?.request_id],
    [n.tries, `${tries}, ${text.facts.refused(String(view.totals.failed))}`],
    [n.cost, String(costOf(answer))],
    [n.page, location.href],
  ].map(([a, b]) => [a as string, b as string | null | undefined]);
  const lines = rows.flatMap(([name, value]) => (value ? [text.report.row(name, value.replace(/\s+/g, " "))] : []));
  return [text.report.heading(answer.run_id), "", ...lines, ""].join("\n");
}
