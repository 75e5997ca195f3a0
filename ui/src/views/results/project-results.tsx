import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { project as projectQuery, runs as runsQuery } from "~/api/queries";
import { useTitle } from "~/app/title";
import { Foreign, LoadError, Skeleton } from "~/design/parts";
import { results as text } from "~/text/results";
import { shell } from "~/text/shell";
import { useArtifacts } from "./data";
import { NoResults, Results } from "./results";

/** The current results of a project. */
export function ProjectResults() {
  const { project } = useParams({ from: "/projects/$project/results" });
  const search = useSearch({ from: "/projects/$project/results" });
  const { data: known } = useQuery(projectQuery(project));
  const { data: paused } = useQuery(runsQuery({ project, status: ["paused"], limit: 5 }));
  const { list, artifacts, error, retry } = useArtifacts(project);
  const name = known?.display_name ?? project;
  useTitle(text.title(name));
  const waiting = paused?.runs?.find((r) => r.pause_reason === "awaiting_confirmation")?.run_id ?? null;
  return (
    <>
      <nav aria-label={text.crumbs}>
        <ol className="crumbs">
          <li>
            <Link to="/">{shell.home}</Link>
          </li>
          <li>
            <Link to="/projects/$project" params={{ project }}>
              <Foreign>{name}</Foreign>
            </Link>
          </li>
          <li aria-current="page">{text.heading}</li>
        </ol>
      </nav>
      <h1 className="results-h1">
        <Foreign>{text.title(name)}</Foreign>
      </h1>
      {error ? (
        <LoadError error={error} retry={retry} />
      ) : list === undefined || artifacts === undefined ? (
        <Skeleton lines={10} />
      ) : list.length === 0 ? (
        <NoResults project={project}>{text.empty.hint}</NoResults>
      ) : (
        <Results
          project={project}
          run={null}
          artifacts={artifacts}
          list={list}
          search={search}
          editable
          paused={waiting}
          hasExport={artifacts.script !== null}
          noScenes={<p className="card-body quiet">{text.noScenes.soon}</p>}
        />
      )}
    </>
  );
}
