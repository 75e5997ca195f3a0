import { Link, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTitle } from "~/app/title";
import type { Run } from "~/api/types";
import { Banner, LoadError, Progress, Skeleton } from "~/design/parts";
import { formatCount } from "~/format/format";
import { awaitsConfirmation } from "~/run/act/acts";
import { useOpenRun } from "~/run/context";
import { results as text } from "~/text/results";
import { isCurrent, madeBy, runArtifacts, useArtifacts, versionsOf, type Artifacts, type Summary } from "./data";
import { useProvisional } from "./provisional";
import { NoResults, Results } from "./results";

const over: ReadonlySet<string> = new Set(["done", "failed", "cancelled", "damaged"]);

/** What a run has made so far: the project's current results, if they are this run's; else the run's own, as they were. */
export function useRunArtifacts(run: Run): {
  artifacts: Artifacts | undefined;
  list: readonly Summary[];
  current: boolean;
  error: Error | null;
  retry: () => void;
} {
  const made = useMemo(() => versionsOf(run), [run]);
  const now = useArtifacts(run.project_id);
  const current = now.list === undefined || isCurrent(made, now.list);
  const own = useQuery(runArtifacts(run.project_id, run.run_id, made, !current));
  const artifacts = useMemo(
    () => (current ? now.artifacts && madeBy(made, now.artifacts) : own.data),
    [current, made, now.artifacts, own.data],
  );
  const list = useMemo(() => (now.list ?? []).filter((a) => made.has(`${a.artifact_type}/${a.entity_id}`)), [now.list, made]);
  return { artifacts, list, current, error: now.error ?? own.error, retry: now.retry };
}

/** The results of a run. */
export function RunResults() {
  const { answer } = useOpenRun();
  const run = answer.state;
  const search = useSearch({ from: "/runs/$run/results" });
  const { artifacts, list, current, error, retry } = useRunArtifacts(run);
  const soon = useProvisional(run, artifacts, !over.has(run.status));
  const shown = useMemo(() => artifacts && (soon.length > 0 ? { ...artifacts, scenes: soon } : artifacts), [artifacts, soon]);
  useTitle(text.title(run.input_name || run.run_id));
  if (error) return <LoadError error={error} retry={retry} />;
  if (artifacts === undefined || shown === undefined) return <Skeleton lines={10} />;
  if (artifacts.script === null)
    return <NoResults project={null}>{over.has(run.status) ? text.empty.failed : text.empty.running}</NoResults>;
  const paused = awaitsConfirmation(answer);
  return (
    <>
      {!current && (
        <Banner
          tone="off"
          icon="retry"
          title={text.old.title}
          actions={
            <Link className="btn sm" to="/projects/$project/results" params={{ project: run.project_id }}>
              {text.old.link}
            </Link>
          }
        >
          {text.old.text}
        </Banner>
      )}
      <Results
        project={run.project_id}
        run={run.run_id}
        artifacts={shown}
        list={list}
        search={search}
        // What a run has read is not changed under its feet.
        editable={current && (over.has(run.status) || paused)}
        notice={soon.length > 0 ? <ScenesToCome run={run} artifacts={artifacts} /> : null}
        paused={paused && current ? run.run_id : null}
        hasExport={artifacts.script !== null}
        noScenes={<ScenesToCome run={run} artifacts={artifacts} />}
      />
    </>
  );
}

/** Why there are no scenes yet, and how far they are. */
function ScenesToCome({ run, artifacts }: { run: Run; artifacts: Artifacts }) {
  const stage = Object.values(run.stages).find((s) => (s.units_total ?? 0) > 1 && s.status !== "done");
  const done = stage?.units_done ?? 0;
  const total = stage?.units_total ?? null;
  const prose = artifacts.script?.data.normalization.strategy === "full_conversion";
  return (
    <div className="card-body stack tight">
      <strong>{text.noScenes.title}</strong>
      {over.has(run.status) ? (
        <p className="quiet">{text.noScenes.ended}</p>
      ) : total !== null ? (
        <>
          <p className="quiet">{text.noScenes.running}</p>
          <Progress done={done} total={total}>
            {text.scenes.count(formatCount(done), formatCount(total))}
          </Progress>
        </>
      ) : (
        <p className="quiet">{prose ? text.empty.prose : text.noScenes.soon}</p>
      )}
    </div>
  );
}
