import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { runs as runsQuery } from "~/api/queries";
import type { Overview } from "~/api/types";
import { Button, Card, Foreign, LinkButton, LoadError, Skeleton } from "~/design/parts";
import { RunCost, RunPill, RunProgress, RunTook, RunWhen } from "~/run/overview";
import { home as text } from "~/text/home";
import { nameOf } from "./run-name";

const route = getRouteApi("/");
const first = 10; // runs that are shown at first
const step = 40;
const most = 1000; // runs that the server lists at a time

/** The newest runs of all projects. */
export function RecentRuns() {
  const { q = "" } = route.useSearch();
  const [limit, setLimit] = useState(first);
  const list = useQuery({ ...runsQuery({ limit }), placeholderData: keepPreviousData });
  if (list.error && !list.data) return <LoadError error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton lines={4} />;
  const wanted = q.trim().toLowerCase();
  const found = list.data.runs.filter((r) => [nameOf(r), r.input_name, r.run_id].join("\n").toLowerCase().includes(wanted));
  const exact = /^(run|drill)-[a-z0-9._-]+$/.test(wanted) && !found.some((r) => r.run_id === wanted);
  if (found.length === 0 && !exact) return null;
  return (
    <Card title={text.runs.title}>
      {found.length > 0 && <RunTable runs={found} />}
      {(exact || list.data.next_cursor) && (
        <div className="card-foot row wrap">
          {exact && (
            <LinkButton small to="/runs/$run" params={{ run: wanted }}>
              {text.runs.open(wanted)}
            </LinkButton>
          )}
          {list.data.next_cursor && limit < most && (
            <Button small look="plain" icon="down" onClick={() => setLimit(Math.min(most, limit + step))}>
              {text.runs.more}
            </Button>
          )}
        </div>
      )}
    </Card>
  );
}

/** Runs as a table. */
export function RunTable({ runs }: { runs: readonly Overview[] }) {
  const head = text.runs.head;
  return (
    <table className="table stackable">
      <thead>
        <tr>
          <th scope="col">{head.name}</th>
          <th scope="col">{head.state}</th>
          <th scope="col">{head.progress}</th>
          <th scope="col">{head.when}</th>
          <th scope="col" className="r">
            {head.took}
          </th>
          <th scope="col" className="r">
            {head.cost}
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((r) => (
          <tr key={r.run_id} className={r.drill ? "is-drill" : undefined}>
            <th scope="row">
              <Link to="/runs/$run" params={{ run: r.run_id }} className="rowlink">
                <Foreign>{nameOf(r)}</Foreign>
              </Link>{" "}
              <small className="faint">
                <Foreign>{r.input_name ?? ""}</Foreign> <span className="mono">{r.run_id}</span>
              </small>
            </th>
            <td>
              <RunPill run={r} />
            </td>
            <td>
              <RunProgress run={r} />
            </td>
            <td className="small quiet">
              <RunWhen run={r} />
            </td>
            <td className="r" data-l={head.took.toLowerCase()}>
              <RunTook run={r} />
            </td>
            <td className="r" data-l={head.cost.toLowerCase()}>
              <RunCost run={r} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
