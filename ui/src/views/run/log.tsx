import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useKeys } from "~/app/keys";
import { Banner, Button, Card, Empty, LoadError, Skeleton } from "~/design/parts";
import { Icon } from "~/design/icon";
import { formatCount, formatDay } from "~/format/format";
import { useOpenRun } from "~/run/context";
import { useTitle } from "~/app/title";
import { serverNow } from "~/live/clock";
import { log as text } from "~/text/log";
import { facets, filterLog, linesOf } from "./log-filter";
import { LogFilters } from "./log-filters";
import { LogLines } from "./log-lines";
import "./log.css";

const route = getRouteApi("/runs/$run/log");

/** What the log's address holds. */
export type LogSearch = ReturnType<typeof route.useSearch>;

/** Changes the log's address; what is undefined is taken out. */
export type SetLogSearch = (change: { [K in keyof LogSearch]?: LogSearch[K] | undefined }) => void;

/** The filters of the log as it is without any. */
const noFilter = { q: undefined, show: undefined, stage: undefined, unit: undefined, provider: undefined };

const over: ReadonlySet<string> = new Set(["done", "failed", "cancelled", "damaged"]);

/** The log of a run: a line for each event, with filters, detail, and the newest at the end. */
export function Log() {
  const { id, answer, log } = useOpenRun();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const setSearch = useCallback<SetLogSearch>(
    (change) =>
      void navigate({
        search: (old) =>
          Object.fromEntries(Object.entries({ ...old, ...change }).filter(([, v]) => v !== undefined)) as LogSearch,
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  useTitle(`${text.title}, ${answer.state.input_name ?? id}`);

  const { q, show, stage, unit, provider } = search;
  const filtered = useMemo(() => filterLog(log.events, search), [log.events, q, show, stage, unit, provider]);
  const lines = useMemo(() => linesOf(filtered.events, formatDay, formatDay(new Date(serverNow()))), [filtered]);
  const values = useMemo(() => facets(log.events), [log.events]);
  const live = !over.has(answer.state.status);
  const [follow, setFollow] = useState(live && search.seq === undefined);
  const news = useNews(filtered.events.at(-1)?.seq ?? 0, filtered.events, follow);

  useLogKeys(filtered.events, search, setSearch);
  if (log.error && log.events.length === 0) return <LoadError error={log.error} retry={() => location.reload()} />;
  if (log.loading && log.events.length === 0) return <Skeleton lines={8} />;
  const filtering = [q, show, stage, unit, provider].some((v) => v !== undefined);
  const shown = search.seq === undefined || filtered.events.some((e) => e.seq === search.seq);
  return (
    <Card
      title={text.title}
      className="log-card"
      tools={
        <>
          <span className="small quiet num" role="status">
            {text.count(formatCount(filtered.events.length), formatCount(log.events.length))}
          </span>
          <span className="row push">
            {live && (
              <label className="switch" title={text.followTitle}>
                <input type="checkbox" role="switch" checked={follow} onChange={(e) => setFollow(e.target.checked)} />
                {text.follow}
              </label>
            )}
            <a className="btn sm" href={`/api/runs/${id}/events?format=ndjson`} download title={text.downloadTitle}>
              <Icon name="get" />
              {text.download}
            </a>
          </span>
        </>
      }
    >
      <LogFilters
        search={search}
        setSearch={setSearch}
        counts={filtered.counts}
        values={values}
        stages={answer.state.stages ?? {}}
      >
        {filtering && (
          <Button small look="plain" icon="x" onClick={() => setSearch(noFilter)}>
            {text.reset}
          </Button>
        )}
      </LogFilters>
      {!shown && !log.loading && (
        <div className="log-note">
          <Banner
            tone="live"
            icon="find"
            title={(search.seq! > log.events.length ? text.absent : text.hidden)(String(search.seq))}
            actions={
              search.seq! <= log.events.length && (
                <Button small onClick={() => setSearch(noFilter)}>
                  {text.reset}
                </Button>
              )
            }
          />
        </div>
      )}
      {lines.length === 0 ? (
        <NoLines show={show} filtering={filtering} />
      ) : (
        <LogLines
          lines={lines}
          run={id}
          stages={answer.state.stages ?? {}}
          search={search}
          setSearch={setSearch}
          follow={follow}
          stopFollow={() => setFollow(false)}
        />
      )}
      {live && !follow && news > 0 && (
        <div className="log-news">
          <Button small look="primary" icon="down" onClick={() => setFollow(true)}>
            {text.news(news, formatCount(news))}
          </Button>
        </div>
      )}
    </Card>
  );
}

function NoLines({ show, filtering }: { show: string | undefined; filtering: boolean }) {
  const words = show === "problems" ? text.noProblems : filtering ? text.nothing : text.empty;
  return (
    <Empty icon={show === "problems" ? "ok" : "find"} title={words.title}>
      {words.hint}
    </Empty>
  );
}

/** How many of the events shown have come since the reader left the end. */
function useNews(last: number, events: readonly { seq: number }[], follow: boolean): number {
  const [seen, setSeen] = useState<number | null>(null);
  if (follow && seen !== null) setSeen(null);
  if (!follow && seen === null && last > 0) setSeen(last);
  if (seen === null || last <= seen) return 0;
  let n = 0;
  for (let i = events.length - 1; i >= 0 && events[i]!.seq > seen; i--) n++;
  return n;
}

/** Next and previous event, and its detail, by keys. */
function useLogKeys(events: readonly { seq: number }[], search: LogSearch, setSearch: SetLogSearch): void {
  const at = () => events.findIndex((e) => e.seq >= (search.seq ?? 0));
  const go = (step: number) => {
    const i = search.seq === undefined ? (step > 0 ? 0 : events.length - 1) : at() + step;
    const e = events[Math.max(0, Math.min(events.length - 1, i))];
    if (e) setSearch({ seq: e.seq });
  };
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    Enter: search.seq === undefined ? undefined : () => setSearch({ detail: search.detail ? undefined : "open" }),
  });
}
