import type { Schemas } from "~/api/types";
import { Card } from "~/design/parts";
import { formatCount, formatDuration, formatMoney } from "~/format/format";
import { stageFacts, unionOf, type StageFacts } from "~/run/compare";
import type { RunView } from "~/run/view";
import { compare as text } from "~/text/compare";

interface Props {
  here: RunView;
  there: RunView;
  states: Record<string, Schemas["StageState"]>;
}

/** What each stage took in both runs. What differs is strong. */
export function CompareStages({ here, there, states }: Props) {
  const ids = [...new Set([...here.stages, ...there.stages].map((s) => s.id))];
  const of = (view: RunView, id: string) => {
    const stage = view.stages.find((s) => s.id === id);
    return stage ? stageFacts(stage, view) : null;
  };
  const titles = text.stages;
  return (
    <Card title={text.stages.title}>
      <div className="table-wrap">
        <table className="table stackable compare">
          <thead>
            <tr>
              <th scope="col">{titles.stage}</th>
              {[
                titles.time,
                titles.models,
                titles.tries,
                titles.refused,
                titles.waited,
                titles.tokens,
                titles.cost,
                titles.waste,
              ].map((title) => (
                <th key={title} scope="col" className={title === titles.models ? undefined : "r"}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          {ids.map((id) => (
            <Pair key={id} title={states[id]?.title ?? id} here={of(here, id)} there={of(there, id)} />
          ))}
          <Pair title={text.stages.whole} here={wholeRun(here)} there={wholeRun(there)} whole />
        </table>
      </div>
    </Card>
  );
}

/** The figures of a whole run. */
function wholeRun(view: RunView): StageFacts {
  const end = view.finishedAt ?? view.updatedAt ?? 0;
  const waits = view.stages.flatMap((s) =>
    s.units.flatMap((u) => u.waits.filter((w) => !w.retry).map((w): [number, number] => [w.since, w.endedAt ?? end])),
  );
  return {
    time: view.startedAt === null ? null : end - view.startedAt,
    waited: unionOf(waits),
    models: [],
    totals: view.totals,
    reusedFrom: null,
  };
}

interface PairProps {
  title: string;
  here: StageFacts | null;
  there: StageFacts | null;
  whole?: boolean;
}

function Pair({ title, here, there, whole }: PairProps) {
  return (
    <tbody className={whole ? "whole" : undefined}>
      <tr>
        <th scope="rowgroup" colSpan={9}>
          {title}
        </th>
      </tr>
      <tr>
        <Figures name={text.thisRun} of={here} beside={there} whole={whole} />
      </tr>
      <tr>
        <Figures name={text.otherRun} of={there} beside={here} whole={whole} />
      </tr>
    </tbody>
  );
}

interface FiguresProps {
  name: string;
  of: StageFacts | null;
  beside: StageFacts | null;
  whole: boolean | undefined;
}

function Figures({ name, of, beside, whole }: FiguresProps) {
  const cells = of && cellsOf(of);
  const others = beside && cellsOf(beside);
  return (
    <>
      <th scope="row" className="run">
        {name}
      </th>
      {cells === null ? (
        <td colSpan={8} className="faint">
          {text.stages.notRun}
        </td>
      ) : (
        cells.map((c, i) => (
          <td
            key={c.label}
            className={[c.wide ? "wide" : "r", others?.[i]?.value !== c.value ? "strong" : "quiet"].join(" ")}
            data-l={c.label}
          >
            {whole && c.wide ? "" : c.value}
          </td>
        ))
      )}
    </>
  );
}

/** The figures of a stage as text, in the order of the columns. */
function cellsOf(f: StageFacts): { label: string; value: string; wide?: boolean }[] {
  const t = f.totals;
  return [
    { label: text.stages.time, value: f.time === null ? text.stages.notRun : formatDuration(f.time / 1000) },
    { label: text.stages.models, value: modelsOf(f), wide: true },
    { label: text.stages.tries, value: formatCount(t.tries) },
    { label: text.stages.refused, value: formatCount(t.failed) },
    { label: text.stages.waited, value: f.waited === 0 ? "0" : formatDuration(f.waited / 1000) },
    { label: text.stages.tokens, value: text.stages.tokens2(formatCount(t.inputTokens), formatCount(t.outputTokens)) },
    { label: text.stages.cost, value: formatMoney(t.costUSD + t.simulatedUSD) },
    { label: text.stages.waste, value: formatMoney(t.wasteUSD) },
  ];
}

function modelsOf(f: StageFacts): string {
  if (f.reusedFrom !== null) return text.stages.takenOver;
  const parts = f.models.map((m) => text.stages.count(m.name, formatCount(m.answers)));
  if (f.totals.reused > 0) parts.push(text.stages.count(text.stages.stored, formatCount(f.totals.reused)));
  if (parts.length > 0) return parts.join(", ");
  return f.time === null || f.totals.tries > 0 ? "" : text.stages.rules;
}
