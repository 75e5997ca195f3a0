import { useQuery } from "@tanstack/react-query";
import { projects, runs } from "~/api/queries";
import { useTitle } from "~/app/title";
import { Icon } from "~/design/icon";
import { LoadError, Opening } from "~/design/parts";
import { formatCount } from "~/format/format";
import { FileButton } from "~/intake/file-button";
import { Formats } from "~/intake/formats";
import { home as text } from "~/text/home";
import { FirstTime } from "./first-time";
import { needsFilter, NeedsYou } from "./needs";
import { Projects } from "./projects";
import { RecentRuns } from "./recent";
import { UnderWay, underWayFilter } from "./under-way";
import "./home.css";

/** What needs a person, what is under way, and all projects; the first time, what there is to do. */
export function Home() {
  const list = useQuery(projects());
  const needs = useQuery(runs(needsFilter));
  const working = useQuery(runs(underWayFilter));
  const waiting = needs.data?.runs.filter((r) => !r.drill).length ?? 0;
  useTitle(text.title, waiting > 0 ? `(${formatCount(waiting)})` : "");
  if (list.data === undefined) return <Opening name={text.title} error={list.error} retry={() => void list.refetch()} />;
  if (list.data.length === 0) return <FirstTime />;
  const quiet = needs.data?.runs.length === 0 && working.data?.runs.length === 0;
  return (
    <>
      <h1 className="vh">{text.title}</h1>
      <div className="stack loose">
        {needs.error && <LoadError error={needs.error} retry={() => void needs.refetch()} />}
        {needs.data && needs.data.runs.length > 0 && <NeedsYou runs={needs.data.runs} />}
        {working.error && <LoadError error={working.error} retry={() => void working.refetch()} />}
        {working.data && working.data.runs.length > 0 && <UnderWay runs={working.data.runs} />}
        {quiet && (
          <p className="quiet row">
            <Icon name="ok" className="ok" /> {text.quiet}
          </p>
        )}
        <DropStrip />
        <Projects list={list.data} />
        <RecentRuns />
      </div>
    </>
  );
}

function DropStrip() {
  return (
    <section className="drop droprow" aria-label={text.drop.label}>
      <span className="row">
        <Icon name="drop" />
        <span>
          <strong>{text.drop.title}</strong>
          <br />
          <span className="small quiet">
            <Formats />. {text.drop.why}
          </span>
        </span>
      </span>
      <span className="push">
        <FileButton />
      </span>
    </section>
  );
}
