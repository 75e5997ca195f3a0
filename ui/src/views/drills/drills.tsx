import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { drills as drillsQuery } from "~/api/queries";
import { useTitle } from "~/app/title";
import { Banner, LoadError, Pill, Skeleton } from "~/design/parts";
import { drills as text } from "~/text/drills";
import { ScenarioChoice } from "./choose";
import { PastDrills } from "./past";
import { findDrill } from "./scenarios";
import { StartDrill } from "./start";
import "./drills.css";

/** Practice runs: a pretended outage on a script, to see what a run does and what the page says. */
export function Drills() {
  useTitle(text.title);
  const { scenario } = useSearch({ from: "/drills" });
  const { data, error, refetch } = useQuery(drillsQuery());
  const chosen = findDrill(data ?? [], scenario);
  return (
    <div className="stack drills">
      <div className="row wrap">
        <h1>{text.title}</h1>
        <Pill tone="drill" icon="drill">
          {text.mark}
        </Pill>
      </div>
      <Banner tone="drill" icon="drill" title={text.banner}>
        {text.lead}
      </Banner>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={8} />}
      {data && scenario && !chosen && <Banner tone="wait" icon="find" title={text.scenario.gone(scenario)} />}
      {data && (
        <>
          <div className="drillgrid">
            <ScenarioChoice all={data} chosen={chosen} />
            <StartDrill drill={chosen} />
          </div>
          <PastDrills all={data} />
        </>
      )}
    </div>
  );
}
