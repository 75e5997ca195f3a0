import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { projectRuns, words as wordsQuery } from "~/api/queries";
import type { RunState } from "~/api/types";
import { Foreign, Time } from "~/design/parts";
import { formatList } from "~/format/format";
import { shortRun, stageTitle } from "~/run/units";
import { run as text } from "~/text/run";
import { actorWords } from "./band/band-words";

const l = text.lineage;

/** Where a run comes from and what became of it: what it retries and why, what retries it, and the other runs of its script. */
export function Lineage({ answer }: { answer: RunState }) {
  const { state } = answer;
  const { data = [] } = useQuery(projectRuns(state.project_id));
  const { data: words } = useQuery(wordsQuery());
  const known = new Set([answer.run_id, state.parent_run_id, state.retried_by, state.root_run_id]);
  const others = data.filter((r) => r.input_name === state.input_name && !known.has(r.run_id)).slice(0, 8);
  const rows: [string, ReactNode][] = [];
  if (state.parent_run_id) rows.push([l.retries, <Parent key="parent" answer={answer} />]);
  if (state.root_run_id && state.root_run_id !== state.parent_run_id && state.root_run_id !== answer.run_id)
    rows.push([l.root, <RunLink key="root" run={state.root_run_id} />]);
  if (state.retried_by) rows.push([l.retriedBy, <RunLink key="by" run={state.retried_by} />]);
  if (rows.length === 0 && others.length === 0) return null;
  const statuses = words?.run_statuses as Record<string, string> | undefined;
  return (
    <dl className="lineage" aria-label={l.label}>
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {others.length > 0 && (
        <div>
          <dt>{l.others}</dt>
          <dd>
            <ul className="row wrap">
              {others.map((r) => (
                <li key={r.run_id}>
                  <RunLink run={r.run_id} /> <span className="faint">{statuses?.[r.status] ?? r.status}</span>{" "}
                  {r.started_at && (
                    <span className="faint">
                      <Time at={r.started_at} />
                    </span>
                  )}
                </li>
              ))}
            </ul>
          </dd>
        </div>
      )}
    </dl>
  );
}

function RunLink({ run }: { run: string }) {
  return (
    <Link to="/runs/$run" params={{ run }} className="mono">
      {shortRun(run)}
    </Link>
  );
}

/** The run that this one retries, how, who asked for it and why. */
function Parent({ answer }: { answer: RunState }) {
  const { state } = answer;
  const retry = state.retry;
  const how = [
    retry && (retry.mode === "full" ? l.full : l.from(formatList(retry.from.map((id) => stageTitle(state, id))))),
    retry && retry.kept.length > 0 && l.kept(formatList(retry.kept.map((id) => `“${stageTitle(state, id)}”`))),
    retry?.recipe && retry.recipe.name !== "pinned" && l.recipe(retry.recipe.name),
    retry?.actor && l.asked(actorWords(retry.actor)),
  ].filter(Boolean);
  return (
    <>
      <RunLink run={state.parent_run_id!} /> <span className="quiet">{how.join(", ")}</span>{" "}
      {retry?.actor_reason && <Foreign>{l.because(retry.actor_reason)}</Foreign>}
    </>
  );
}
