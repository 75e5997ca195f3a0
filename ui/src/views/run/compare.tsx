import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { projectRuns, run as runQuery, words } from "~/api/queries";
import type { Overview } from "~/api/types";
import { useTitle } from "~/app/title";
import { Banner, Empty, LoadError, Skeleton } from "~/design/parts";
import { formatCount, formatWhen } from "~/format/format";
import { useNow } from "~/live/clock";
import { useOpenRun, useRunView } from "~/run/context";
import { useRunLog } from "~/run/log";
import { useViewOf } from "~/run/use-view";
import type { RunView } from "~/run/view";
import { compare as text } from "~/text/compare";
import { CompareResults } from "./compare-results";
import { CompareSettings } from "./compare-settings";
import { CompareStages } from "./compare-stages";
import "./compare.css";

const route = getRouteApi("/runs/$run/compare");

/** This run beside another one: what each stage took, which settings differ, which results differ. */
export function Compare() {
  const { id, answer } = useOpenRun();
  const { with: chosen } = route.useSearch();
  const { data, error, refetch } = useQuery(projectRuns(answer.state.project_id));
  useTitle(`${text.title}, ${answer.state.input_name ?? id}`);
  if (data === undefined) return error ? <LoadError error={error} retry={() => void refetch()} /> : <Skeleton lines={6} />;
  const self = data.find((r) => r.run_id === id);
  const candidates = data.filter((r) => r.run_id !== id);
  const other = chosen ?? bestCandidate(id, answer.state.parent_run_id ?? null, answer.state.input_name, candidates, self);
  if (other === null)
    return (
      <Empty icon="swap" title={text.none.title}>
        {text.none.hint}
      </Empty>
    );
  return (
    <div className="stack">
      <Chooser run={id} other={other} candidates={candidates} input={answer.state.input_name} />
      <Both key={other} other={other} />
    </div>
  );
}

/** The run to compare with if none is chosen: the one that this one retries, else the one before on the same script, else the one after. */
function bestCandidate(
  id: string,
  parent: string | null,
  input: string | undefined,
  all: readonly Overview[],
  self: Overview | undefined,
): string | null {
  if (parent !== null) return parent;
  const started = (r: Overview | undefined) => r?.started_at ?? Infinity;
  const alike = all
    .filter((r) => r.input_name === input && r.run_id !== id && !r.drill === !self?.drill)
    .sort((a, b) => started(b) - started(a));
  const before = alike.find((r) => started(r) < started(self));
  return (before ?? alike.at(-1))?.run_id ?? null;
}

interface ChooserProps {
  run: string;
  other: string;
  candidates: readonly Overview[];
  input: string | undefined;
}

function Chooser({ run, other, candidates, input }: ChooserProps) {
  const navigate = route.useNavigate();
  const { data: vocabulary } = useQuery(words());
  const now = useNow();
  const label = (r: Overview) =>
    text.option(
      r.started_at === null ? "" : formatWhen(r.started_at, now),
      vocabulary?.run_statuses[r.status] ?? r.status,
      r.run_id,
    );
  const newest = [...candidates].sort((a, b) => (b.started_at ?? 0) - (a.started_at ?? 0));
  const groups = [
    { name: text.groups.same, runs: newest.filter((r) => r.input_name === input) },
    { name: text.groups.other, runs: newest.filter((r) => r.input_name !== input) },
  ].filter((g) => g.runs.length > 0);
  const listed = candidates.some((r) => r.run_id === other);
  return (
    <div className="row wrap">
      <label className="row">
        <span className="small strong">{text.with}</span>
        <select
          className="input"
          value={other}
          onChange={(e) => void navigate({ search: { with: e.target.value }, replace: true, resetScroll: false })}
        >
          {!listed && <option value={other}>{other}</option>}
          {groups.map((g) => (
            <optgroup key={g.name} label={g.name}>
              {g.runs.map((r) => (
                <option key={r.run_id} value={r.run_id}>
                  {label(r)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <Link className="btn sm" to="/runs/$run" params={{ run: other }}>
        {text.openOther}
      </Link>
      <Link className="btn sm" to="/runs/$run/compare" params={{ run: other }} search={{ with: run }}>
        {text.swap}
      </Link>
    </div>
  );
}

/** Both runs, once the other one is read. */
function Both({ other }: { other: string }) {
  const { answer } = useOpenRun();
  const here = useRunView();
  const { data, error, refetch } = useQuery(runQuery(other));
  const log = useRunLog(other);
  const there = useViewOf(log);
  const failed = (data === undefined && error) || (log.events.length === 0 && log.error);
  if (failed) return <LoadError error={failed} retry={() => void refetch()} />;
  if (data === undefined || log.loading || here.seq === 0) return <Skeleton lines={8} />;
  const goesOn = [here, there].some((v) => v.finishedAt === null && v.status !== "paused");
  return (
    <>
      {goesOn && <Banner tone="live" icon="run" title={text.goesOn} />}
      <Reused here={here} there={there} />
      <CompareStages here={here} there={there} states={{ ...data.state.stages, ...answer.state.stages }} />
      <div className="compare-cols">
        <CompareResults here={answer.state} there={data.state} />
        <CompareSettings here={answer.state} there={data.state} />
      </div>
    </>
  );
}

/** Says so where figures are not for the same work: a run that took over stages or answers did not pay for them again. */
function Reused({ here, there }: { here: RunView; there: RunView }) {
  const said = [saidOf(text.reused.this, here), saidOf(text.reused.other, there)].filter((s) => s !== null);
  if (said.length === 0) return null;
  return (
    <Banner tone="wait" icon="copy" title={text.reused.title}>
      <p>
        {said.join(" ")} {text.reused.note}
      </p>
    </Banner>
  );
}

function saidOf(run: string, view: RunView): string | null {
  const stages = view.stages.filter((s) => s.reusedFrom !== null).length;
  const answers = view.totals.reused;
  const parts = [
    stages > 0 && text.reused.stages(stages, formatCount(stages)),
    answers > 0 && text.reused.answers(answers, formatCount(answers)),
  ].filter(Boolean);
  return parts.length === 0 ? null : text.reused.line(run, parts.join(", "));
}
