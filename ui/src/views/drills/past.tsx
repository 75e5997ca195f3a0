import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { runs as runsQuery, words } from "~/api/queries";
import type { Overview, Schemas } from "~/api/types";
import type { IconName } from "~/design/icon";
import { Card, Foreign, LoadError, Pill, Skeleton, Time, type Tone } from "~/design/parts";
import { formatCount, formatDuration, formatMoney } from "~/format/format";
import { useNow } from "~/live/clock";
import { drills as text } from "~/text/drills";
import { findDrill } from "./scenarios";

/** The drills so far, newest first: how each ended, and what it would have cost. */
export function PastDrills({ all }: { all: readonly Schemas["Drill"][] }) {
  const { data, error, refetch } = useQuery(runsQuery({ drill: "true", limit: 50 }));
  const columns = text.past;
  return (
    <Card title={columns.title}>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data?.runs.length === 0 && <p className="card-body quiet small">{columns.none}</p>}
      {data && data.runs.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={columns.title}>
          <table className="table stackable">
            <thead>
              <tr>
                <th scope="col">{columns.scenario}</th>
                <th scope="col">{columns.run}</th>
                <th scope="col">{columns.ended}</th>
                <th scope="col">{columns.started}</th>
                <th scope="col" className="r">
                  {columns.took}
                </th>
                <th scope="col" className="r">
                  {columns.cost}
                </th>
              </tr>
            </thead>
            <tbody>
              {data.runs.map((r) => (
                <Row key={r.run_id} run={r} drill={findDrill(all, r.drill)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

const looks: Record<Schemas["RunStatus"], [Tone, IconName]> = {
  queued: ["off", "todo"],
  running: ["live", "run"],
  waiting: ["wait", "wait"],
  paused: ["wait", "pause"],
  done: ["ok", "ok"],
  failed: ["bad", "bad"],
  cancelled: ["off", "skip"],
  damaged: ["bad", "bad"],
};

function Row({ run: r, drill }: { run: Overview; drill: Schemas["Drill"] | null }) {
  const { data } = useQuery(words());
  const now = useNow();
  const [tone, icon] = looks[r.status] ?? looks.queued;
  const started = r.started_at ?? null;
  const end = r.finished_at ?? now / 1000;
  const notes = [
    drill?.expected_status === r.status && text.past.expected,
    (r.fallback_count ?? 0) > 0 && text.past.elsewhere(formatCount(r.fallback_count ?? 0)),
  ];
  return (
    <tr>
      <th scope="row">
        <Link to="/runs/$run" params={{ run: r.run_id }} className="rowlink">
          {drill?.title ?? r.drill}
        </Link>
      </th>
      <td>
        <Foreign>{r.input_name ?? r.run_id}</Foreign>
      </td>
      <td>
        <Pill tone={tone} icon={icon}>
          {data?.run_statuses[r.status] ?? r.status}
        </Pill>{" "}
        <span className="small quiet">{notes.filter(Boolean).join(", ")}</span>
      </td>
      <td className="num" data-l={text.past.started}>
        {started !== null && <Time at={started} />}
      </td>
      <td className="r" data-l={text.past.took}>
        {started !== null && formatDuration(Math.max(0, end - started))}
      </td>
      <td className="r" data-l={text.past.cost}>
        {formatMoney(r.simulated_cost_usd ?? 0)}
      </td>
    </tr>
  );
}
