import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { isGone } from "~/api/client";
import { inputs as inputsQuery, project as projectQuery, projectRuns } from "~/api/queries";
import type { Overview, Schemas } from "~/api/types";
import { useTitle } from "~/app/title";
import { Crumbs } from "~/design/crumbs";
import { Banner, Button, Card, Empty, Foreign, LinkButton, LoadError, Opening, Skeleton } from "~/design/parts";
import { formatCount, formatMoney } from "~/format/format";
import { RunTable } from "~/run/table";
import { RunPill } from "~/run/overview";
import { common } from "~/text/common";
import { project as text } from "~/text/project";
import { Rename } from "~/project/rename";
import { DeleteProject } from "./deletion";
import { Latest } from "./latest";
import { Scripts } from "./scripts";
import { Search } from "./search";
import "./project.css";

const route = getRouteApi("/projects/$project");

/** A project: its scripts and what was read of them, its runs, what they made; and what ends it. */
export function Project() {
  const { project: id } = route.useParams();
  const project = useQuery(projectQuery(id));
  const files = useQuery(inputsQuery(id));
  const runs = useQuery(projectRuns(id));
  useTitle(project.data?.display_name ?? id);
  if (project.data === undefined || isGone(project.error))
    return <Opening name={id} error={project.error} retry={() => void project.refetch()} />;
  return (
    <>
      <Crumbs path={[{ key: "project", label: <Foreign>{project.data.display_name}</Foreign> }]} />
      <Head project={project.data} runs={runs.data} />
      <div className="stack loose">
        <Search project={project.data} />
        {files.error && !files.data ? (
          <LoadError error={files.error} retry={() => void files.refetch()} />
        ) : (
          <Scripts project={project.data} files={files.data} runs={runs.data ?? []} />
        )}
        <Latest project={project.data} />
        {runs.error && !runs.data ? (
          <LoadError error={runs.error} retry={() => void runs.refetch()} />
        ) : (
          <Runs runs={runs.data} />
        )}
        <DeleteProject project={project.data} />
      </div>
    </>
  );
}

function Head({ project, runs }: { project: Schemas["Project"]; runs: readonly Overview[] | undefined }) {
  const [renames, setRenames] = useState(false);
  const params = { project: project.project_id };
  return (
    <div className="stack projecthead">
      <div className="row wrap">
        <h1>
          <Foreign>{project.display_name}</Foreign>
        </h1>
        {!project.drill && (
          <Button small look="plain" icon="edit" aria-expanded={renames} onClick={() => setRenames(!renames)}>
            {text.rename}
          </Button>
        )}
        <span className="row wrap push">
          {project.artifact_groups > 0 && (
            <LinkButton to="/projects/$project/results" params={params}>
              {text.results}
            </LinkButton>
          )}
          {!project.drill && (
            <LinkButton look="primary" icon="plus" to="/new" search={params}>
              {text.newRun}
            </LinkButton>
          )}
        </span>
      </div>
      {renames && <Rename project={project.project_id} name={project.display_name} onDone={() => setRenames(false)} />}
      {project.drill && (
        <Banner tone="drill" icon="drill" title={text.drill.title}>
          {text.drill.why}
        </Banner>
      )}
      <Facts project={project} runs={runs} />
    </div>
  );
}

function Facts({ project, runs }: { project: Schemas["Project"]; runs: readonly Overview[] | undefined }) {
  const simulated = runs?.reduce((usd, r) => usd + (r.simulated_cost_usd ?? 0), 0) ?? 0;
  const spent = runs?.reduce((usd, r) => usd + r.total_cost_usd, 0);
  return (
    <dl className="facts">
      <div>
        <dt>{text.facts.scripts}</dt>
        <dd>{formatCount(project.input_files.length)}</dd>
      </div>
      <div>
        <dt>{text.facts.runs}</dt>
        <dd>{formatCount(project.run_count)}</dd>
      </div>
      {project.last_run && (
        <div>
          <dt>{text.facts.last}</dt>
          <dd>
            <RunPill run={project.last_run} />
          </dd>
        </div>
      )}
      {spent !== undefined && (
        <div>
          <dt>{text.facts.cost}</dt>
          <dd>
            {formatMoney(spent)} {simulated > 0 && <small>{common.simulated(formatMoney(simulated))}</small>}
          </dd>
        </div>
      )}
    </dl>
  );
}

const page = 50; // runs that are shown at a time

function Runs({ runs }: { runs: readonly Overview[] | undefined }) {
  const [shown, setShown] = useState(page);
  return (
    <Card title={text.runs.title}>
      {runs === undefined ? (
        <Skeleton lines={3} />
      ) : runs.length === 0 ? (
        <Empty icon="run" title={text.runs.empty.title}>
          {text.runs.empty.hint}
        </Empty>
      ) : (
        <RunTable runs={runs.slice(0, shown)} by="script" />
      )}
      {runs !== undefined && runs.length > shown && (
        <div className="card-foot">
          <Button small look="plain" icon="down" onClick={() => setShown(shown + page)}>
            {text.runs.more(formatCount(Math.min(page, runs.length - shown)))}
          </Button>
        </div>
      )}
    </Card>
  );
}
