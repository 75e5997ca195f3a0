import { useQuery } from "@tanstack/react-query";
import { Outlet, useMatchRoute, useParams } from "@tanstack/react-router";
import { useTitle, useTitleMark } from "~/app/title";
import { projects } from "~/api/queries";
import { Crumbs } from "~/design/crumbs";
import { Part } from "~/design/part";
import { Banner, Foreign } from "~/design/parts";
import { OpenRunProvider, useOpenRun, useRunView } from "~/run/context";
import { useGist } from "~/run/gist";
import { shortRun } from "~/run/units";
import { common } from "~/text/common";
import { run as text } from "~/text/run";
import { Band, useBand } from "./band/band";
import { Facts } from "./facts";
import { Lineage } from "./lineage";
import { Panel, type PanelProps } from "./panel/panel";
import { Tabs } from "./tabs";

/** A run: what happens in words, its numbers, and its parts as tabs. The timeline has the status panel beside it. */
export function Run() {
  const { run } = useParams({ from: "/runs/$run" });
  return (
    <OpenRunProvider key={run} id={run}>
      <Frame />
    </OpenRunProvider>
  );
}

function Frame() {
  const { id, answer, log } = useOpenRun();
  const gist = useGist(log);
  const view = useRunView();
  const band = useBand(answer, gist, view);
  const project = useProjectName(answer.state.project_id);
  const { state } = answer;
  useTitle(text.title(project, shortRun(id)));
  useTitleMark(band.mark);
  const results = state.stage_order.reduce((n, s) => n + (state.stages[s]?.artifact_refs.length ?? 0), 0);
  return (
    <>
      <Crumbs
        path={[
          {
            key: "project",
            label: <Foreign>{project}</Foreign>,
            link: { to: "/projects/$project", params: { project: state.project_id } },
          },
          { key: "run", label: <span className="mono">{text.crumb(shortRun(id))}</span> },
        ]}
      />
      <Band answer={answer} view={view} band={band} />
      {state.drill && (
        <Banner tone="drill" icon="drill" title={text.drill.title(state.drill)}>
          {state.notice || text.drill.what}
        </Banner>
      )}
      {state.notice && !state.drill && (
        <Banner tone="wait" icon="out" title={text.notice}>
          {state.notice}
        </Banner>
      )}
      <Part of={state.last_seq}>
        <Facts answer={answer} gist={gist} view={view} />
        <Lineage answer={answer} />
      </Part>
      <Tabs run={id} events={Math.max(state.last_seq, log.events.length)} results={results} />
      <Beside answer={answer} gist={gist} view={view} band={band} />
      <p className="foot">
        <span>{text.foot.run(id)}</span>
        <span>{text.foot.recipe(state.recipe_id, state.recipe_digest.replace("sha256:", "").slice(0, 8))}</span>
        <span>
          <Foreign>{state.input_name}</Foreign>
        </span>
        <span>{text.foot.times}</span>
      </p>
    </>
  );
}

/** The tab that is open; the timeline has the status panel beside it. */
function Beside(props: PanelProps) {
  const timeline = useMatchRoute()({ to: "/runs/$run" });
  if (!timeline) return <Outlet />;
  return (
    <div className="split">
      <Outlet />
      <Part of={props.answer.state.last_seq}>
        <Panel {...props} />
      </Part>
    </div>
  );
}

/** The name of a project, as far as it is known: its id stands for it until then. */
function useProjectName(id: string): string {
  const { data } = useQuery(projects());
  return data?.find((p) => p.project_id === id)?.display_name ?? (id || common.unknown);
}
