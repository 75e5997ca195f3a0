import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { memo, useDeferredValue, useMemo, useState } from "react";
import { runs as runsQuery } from "~/api/queries";
import { Button, Card, LinkButton, LoadError, Skeleton } from "~/design/parts";
import { nameOf } from "~/run/name";
import { RunTable } from "~/run/table";
import { home as text } from "~/text/home";

const route = getRouteApi("/");
const first = 10; // runs that are shown at first
const step = 40;
const most = 1000; // runs that the server lists at a time

const Rows = memo(RunTable);

/** The newest runs of all projects. */
export function RecentRuns() {
  // Typing does not wait for a thousand rows.
  const q = useDeferredValue(route.useSearch().q ?? "");
  const [limit, setLimit] = useState(first);
  const list = useQuery({ ...runsQuery({ limit }), placeholderData: keepPreviousData });
  const wanted = q.trim().toLowerCase();
  const found = useMemo(
    () => (list.data?.runs ?? []).filter((r) => [nameOf(r), r.input_name, r.run_id].join("\n").toLowerCase().includes(wanted)),
    [list.data, wanted],
  );
  if (list.error && !list.data) return <LoadError error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton lines={4} />;
  const exact = /^(run|drill)-[a-z0-9._-]+$/.test(wanted) && !found.some((r) => r.run_id === wanted);
  if (found.length === 0 && !exact) return null;
  return (
    <Card title={text.runs.title}>
      {found.length > 0 && <Rows runs={found} />}
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
