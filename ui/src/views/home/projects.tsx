import { getRouteApi, Link } from "@tanstack/react-router";
import { memo, useMemo, useState } from "react";
import type { Schemas } from "~/api/types";
import { Ago, Button, Card, Foreign, Pill } from "~/design/parts";
import { formatCount } from "~/format/format";
import { isOver, latest, RunCost, RunPill, RunProgress, RunTook, RunWhen } from "~/run/overview";
import { home as text } from "~/text/home";
import { runs as runText } from "~/text/runs";

type Listed = Schemas["RecentProject"];

const route = getRouteApi("/");
const page = 50; // rows that are shown at a time
const most = 1000; // projects that the server lists

/** What a list can be sorted by. */
type Key = "name" | "when" | "took" | "cost";

const took = (p: Listed): number => {
  const r = p.last_run;
  return r?.started_at ? (r.finished_at ?? r.updated_at ?? r.started_at) - r.started_at : -1;
};
const cost = (p: Listed): number => (p.last_run ? p.last_run.total_cost_usd : -1);
const when = (p: Listed): number => (p.last_run ? Math.max(latest(p.last_run), p.last_modified) : p.last_modified);

const orders: Record<Key, (a: Listed, b: Listed) => number> = {
  name: (a, b) => a.display_name.localeCompare(b.display_name),
  when: (a, b) => when(b) - when(a),
  took: (a, b) => took(b) - took(a),
  cost: (a, b) => cost(b) - cost(a),
};

/** The projects that a search finds, in an order; a minus before it turns it around. */
export function select(list: readonly Listed[], q: string, sort: string): Listed[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = list.filter((p) => {
    const in_ = [p.display_name, p.project_id, ...p.input_files, p.last_run?.run_id ?? ""].join("\n").toLowerCase();
    return words.every((w) => in_.includes(w));
  });
  const key = sort.replace(/^-/, "") as Key;
  found.sort(orders[key] ?? orders.when);
  return sort.startsWith("-") ? found.reverse() : found;
}

/** All projects with their last run: to find, to sort, to open. */
export function Projects({ list }: { list: readonly Listed[] }) {
  const { q = "", sort = "when" } = route.useSearch();
  const navigate = route.useNavigate();
  const [shown, setShown] = useState(page);
  const found = useMemo(() => select(list, q, sort), [list, q, sort]);
  const set = (change: { q?: string | undefined; sort?: string | undefined }) =>
    void navigate({ search: (s) => ({ ...s, ...change }) as never, replace: true, resetScroll: false });
  const head = (key: Key, right?: boolean) => {
    const on = sort.replace(/^-/, "") === key;
    const turned = sort.startsWith("-");
    // Names rise by themselves; all else falls: the newest, the longest, the dearest first.
    const rises = (key === "name") !== turned;
    return (
      <th scope="col" className={right ? "r" : undefined} aria-sort={on ? (rises ? "ascending" : "descending") : undefined}>
        <button type="button" onClick={() => set({ sort: on && !turned ? `-${key}` : key })}>
          {text.projects.head[key]}
          {on && <span aria-hidden="true">{rises ? " ↑" : " ↓"}</span>}
        </button>
      </th>
    );
  };
  return (
    <Card
      title={text.projects.title}
      tools={
        <input
          data-search
          type="search"
          className="input push homesearch"
          aria-label={text.projects.search}
          placeholder={text.projects.placeholder}
          value={q}
          onChange={(e) => set({ q: e.target.value || undefined })}
          onKeyDown={(e) => e.key === "Escape" && (q ? set({ q: undefined }) : e.currentTarget.blur())}
        />
      }
    >
      {found.length === 0 ? (
        <p className="card-body quiet">{text.projects.none(q)}</p>
      ) : (
        <table className="table stackable">
          <thead>
            <tr>
              {head("name")}
              <th scope="col">{text.projects.head.run}</th>
              <th scope="col">{text.projects.head.progress}</th>
              {head("when")}
              {head("took", true)}
              {head("cost", true)}
            </tr>
          </thead>
          <tbody>
            {found.slice(0, shown).map((p) => (
              <Row key={p.project_id} project={p} />
            ))}
          </tbody>
        </table>
      )}
      {(found.length > shown || list.length >= most) && (
        <div className="card-foot row wrap">
          {found.length > shown && (
            <Button small look="plain" icon="down" onClick={() => setShown(shown + page)}>
              {text.projects.more(formatCount(Math.min(page, found.length - shown)))}
            </Button>
          )}
          {list.length >= most && <span className="small faint">{text.projects.capped(formatCount(most))}</span>}
        </div>
      )}
    </Card>
  );
}

const Row = memo(function Row({ project: p }: { project: Listed }) {
  const run = p.last_run;
  return (
    <tr className={p.drill ? "is-drill" : undefined}>
      <th scope="row">
        <Link to="/projects/$project" params={{ project: p.project_id }} className="rowlink">
          <Foreign>{p.display_name}</Foreign>
        </Link>
        {p.drill && <span className="vh"> {runText.drill}</span>}
      </th>
      {run ? (
        <>
          <td>
            <Link to="/runs/$run" params={{ run: run.run_id }} className="pilllink">
              <RunPill run={run} />
            </Link>{" "}
            {p.needs_you > 0 && !run.needs_you && (
              <Pill tone="bad" icon="you">
                {text.projects.needs(p.needs_you, formatCount(p.needs_you))}
              </Pill>
            )}
          </td>
          <td>
            <RunProgress run={run} />
          </td>
        </>
      ) : (
        <>
          <td className="small quiet">{text.projects.noRun}</td>
          <td className="small">
            {p.has_inputs && (
              <Link to="/new" search={{ project: p.project_id }}>
                {text.projects.newRun}
              </Link>
            )}
          </td>
        </>
      )}
      <td className="small quiet">{run && !isOver(run) ? <RunWhen run={run} /> : <Ago at={when(p)} />}</td>
      <td className="r" data-l={text.projects.head.took.toLowerCase()}>
        {run && <RunTook run={run} />}
      </td>
      <td className="r" data-l={text.projects.head.cost.toLowerCase()}>
        {run && <RunCost run={run} />}
      </td>
    </tr>
  );
});
