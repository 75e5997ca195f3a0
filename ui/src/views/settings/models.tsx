import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { models, modules } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Card, LoadError, Plate, Skeleton } from "~/design/parts";
import { formatCount, formatList, formatMoneyExactly, formatProvider } from "~/format/format";
import { Usable } from "~/recipes/stages";
import { settings as text } from "~/text/settings";

type Model = Schemas["KnownModel"];
const route = getRouteApi("/settings");

/** The columns that can be sorted by. What is not known comes last, in either direction. */
const columns: { key: string; label: string; right?: boolean; of: (m: Model) => string | number | null }[] = [
  { key: "model", label: text.models.model, of: (m) => `${formatProvider(m.provider)} ${m.model}` },
  { key: "state", label: text.models.state, of: (m) => (m.usable ? 0 : 1) },
  { key: "input", label: text.models.input, right: true, of: (m) => m.price?.input_usd ?? null },
  { key: "output", label: text.models.output, right: true, of: (m) => m.price?.output_usd ?? null },
  { key: "cached", label: text.models.cached, right: true, of: (m) => m.price?.cache_read_usd ?? null },
  { key: "window", label: text.models.window, right: true, of: (m) => m.window },
  { key: "max", label: text.models.maxOutput, right: true, of: (m) => m.max_output },
  { key: "thinks", label: text.models.thinks, of: (m) => m.thinks },
];

/** The models that the program knows, with their prices. */
export function Models() {
  const { q, sort } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(models());
  const { data: known } = useQuery(modules());
  const stages = new Map(known?.map((m) => [m.stage_id, m.title]));
  const set = (change: { q?: string; sort?: string }) =>
    void navigate({ search: (old) => withoutEmpty({ ...old, ...change }), replace: true, resetScroll: false });
  const [by, down] = sort?.startsWith("-") ? [sort.slice(1), true] : [sort, false];
  const rows = sorted(matching(data ?? [], q), by, down);
  return (
    <Card
      title={text.models.title}
      tools={
        <>
          <span className="small quiet num" role="status">
            {data && text.models.count(formatCount(rows.length), formatCount(data.length))}
          </span>
          <input
            className="input models-search push"
            type="search"
            data-search
            aria-label={text.models.search}
            placeholder={text.models.search}
            defaultValue={q ?? ""}
            onChange={(e) => set({ q: e.target.value })}
          />
        </>
      }
    >
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Skeleton lines={6} />}
      {data !== undefined && (
        <>
          <p className="card-body small quiet">{rows.length === 0 ? text.models.empty : text.models.about}</p>
          {rows.length > 0 && (
            <div className="table-wrap">
              <table className="table stackable">
                <thead>
                  <tr>
                    {columns.map((c) => (
                      <th
                        key={c.key}
                        scope="col"
                        className={c.right ? "r" : undefined}
                        aria-sort={by !== c.key ? undefined : down ? "descending" : "ascending"}
                      >
                        <button type="button" onClick={() => set({ sort: by === c.key && !down ? `-${c.key}` : c.key })}>
                          {c.label} {by === c.key && <span aria-hidden="true">{down ? "↓" : "↑"}</span>}
                        </button>
                      </th>
                    ))}
                    <th scope="col">{text.models.source}</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((m) => (
                    <Row key={m.name} model={m} stages={stages} />
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </>
      )}
    </Card>
  );
}

const withoutEmpty = (search: { q?: string; sort?: string }): { q?: string; sort?: string } =>
  Object.fromEntries(Object.entries(search).filter(([, v]) => v));

function matching(all: readonly Model[], q: string | undefined): Model[] {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((m) => {
    const hay = `${m.name} ${formatProvider(m.provider)} ${m.default_of.join(" ")} ${m.thinks ?? ""}`.toLowerCase();
    return words.every((w) => hay.includes(w));
  });
}

/** Sorts stably by a column; without one it keeps the order of the API, best known first. */
function sorted(rows: Model[], by: string | undefined, down: boolean): Model[] {
  const column = columns.find((c) => c.key === by);
  if (column === undefined) return rows;
  return [...rows].sort((a, b) => {
    const [x, y] = [column.of(a), column.of(b)];
    if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0);
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
    return down ? -order : order;
  });
}

function Row({ model: m, stages }: { model: Model; stages: ReadonlyMap<string, string> }) {
  const money = (n: number | undefined) => (n === undefined ? text.models.unknown : formatMoneyExactly(n));
  const count = (n: number | null) => (n === null ? text.models.unknown : formatCount(n));
  return (
    <tr>
      <th scope="row">
        <span className="row">
          <Plate name={formatProvider(m.provider)} hollow={m.reason === "not_configured"} />
          <span>
            {formatProvider(m.provider)} {m.model !== m.provider && <code>{m.model}</code>}
            {m.default_of.length > 0 && (
              <span className="small faint defaults">
                {text.models.defaultOf(formatList(m.default_of.map((id) => stages.get(id) ?? id)))}
              </span>
            )}
          </span>
        </span>
      </th>
      <td>
        <Usable of={m} />
      </td>
      <td className="r" data-l={text.models.input}>
        {money(m.price?.input_usd)}
      </td>
      <td className="r" data-l={text.models.output}>
        {money(m.price?.output_usd)}
      </td>
      <td className="r" data-l={text.models.cached}>
        {money(m.price?.cache_read_usd)}
      </td>
      <td className="r" data-l={text.models.window}>
        {count(m.window)}
      </td>
      <td className="r" data-l={text.models.maxOutput}>
        {count(m.max_output)}
      </td>
      <td data-l={text.models.thinks}>{m.thinks ? (text.models.thinking[m.thinks] ?? m.thinks) : ""}</td>
      <td>
        {m.price_source?.startsWith("https://") && (
          <a className="small" href={m.price_source} target="_blank" rel="noreferrer">
            {m.price_date ? text.models.priceAt(m.price_date) : text.models.source}
          </a>
        )}
      </td>
    </tr>
  );
}
