import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useDeferredValue, useEffect, useMemo, useRef } from "react";
import { Button, Card, Foreign, Pill, type Tone } from "~/design/parts";
import type { IconName } from "~/design/icon";
import { formatCount, formatEighths } from "~/format/format";
import { results as text } from "~/text/results";
import { filterScenes, readSort, sortScenes, valuesOf, type Film, type Filter, type Scene, type SortKey } from "./film";

const columns: readonly SortKey[] = ["number", "heading", "length", "cast", "speeches"];

const looks: Record<Scene["health"], { tone: Tone; icon: IconName }> = {
  valid: { tone: "ok", icon: "ok" },
  confirmed_valid: { tone: "ok", icon: "you" },
  needs_review: { tone: "wait", icon: "out" },
  needs_revision: { tone: "bad", icon: "out" },
  stale: { tone: "wait", icon: "retry" },
};

/** How far a result can be relied on, in words. */
export function HealthPill({ health }: { health: Scene["health"] }) {
  const look = looks[health] ?? looks.needs_review;
  return (
    <Pill tone={look.tone} icon={look.icon}>
      {text.health[health] ?? health}
    </Pill>
  );
}

/** What the table has set in the address. */
export interface TableSearch extends Filter {
  sort?: string | undefined;
}

/** The scenes as a table: sorted, filtered, only the rows in sight in the document. */
export const SceneTable = memo(function SceneTable({
  film,
  search,
  selected,
  onSelect,
  onSearch,
}: {
  film: Film;
  search: TableSearch;
  selected: string | undefined;
  onSelect: (s: Scene) => void;
  onSearch: (change: TableSearch) => void;
}) {
  const wanted = useDeferredValue(search);
  const rows = useMemo(() => sortScenes(filterScenes(film.scenes, wanted), wanted.sort), [film, wanted]);
  return (
    <Card
      className="scene-list"
      title={text.scenes.title}
      tools={
        <>
          <span className="small faint" role="status">
            {text.scenes.count(formatCount(rows.length), formatCount(film.scenes.length))}
            {", "}
            {pagesOf(film, rows)}
          </span>
          <Filters film={film} search={search} onSearch={onSearch} />
        </>
      }
    >
      {rows.length === 0 ? (
        <div className="card-body stack tight nomatch">
          <p className="quiet">{text.scenes.nothing}</p>
          <div>
            <Button
              small
              icon="x"
              onClick={() => onSearch({ q: undefined, location: undefined, cast: undefined, set: undefined, time: undefined })}
            >
              {text.scenes.clear}
            </Button>
          </div>
        </div>
      ) : (
        <Rows rows={rows} sort={search.sort} selected={selected} onSelect={onSelect} onSort={(sort) => onSearch({ sort })} />
      )}
    </Card>
  );
});

/** How long the scenes are that are shown; of all, the length of the script stands first: each scene's is rounded up. */
function pagesOf(film: Film, rows: readonly Scene[]): string {
  const sum = formatEighths(rows.reduce((n, s) => n + s.eighths, 0));
  if (rows.length < film.scenes.length || film.pages === null) return text.scenes.pages(sum);
  return text.scenes.rounded(formatEighths(Math.round(8 * film.pages)), sum);
}

function Filters({ film, search, onSearch }: { film: Film; search: TableSearch; onSearch: (change: TableSearch) => void }) {
  const values = useMemo(
    () => ({
      location: valuesOf(film.scenes, (s) => [s.location]),
      cast: valuesOf(film.scenes, (s) => s.cast),
      set: valuesOf(film.scenes, (s) => [s.intExt]),
      time: valuesOf(film.scenes, (s) => [s.timeOfDay]),
    }),
    [film],
  );
  const { scenes: t } = text;
  const all = { location: t.location, cast: t.cast, set: t.set, time: t.time };
  const labels = { location: t.locationLabel, cast: t.castLabel, set: t.setLabel, time: t.timeLabel };
  return (
    <div className="filters" role="group" aria-label={t.filters}>
      <input
        className="input"
        type="search"
        data-search
        aria-label={t.filter}
        placeholder={t.filter}
        value={search.q ?? ""}
        onChange={(e) => onSearch({ q: e.target.value || undefined })}
      />
      {(["location", "cast", "set", "time"] as const).map((name) => (
        <select
          key={name}
          className="input"
          aria-label={labels[name]}
          value={search[name] ?? ""}
          onChange={(e) => onSearch({ [name]: e.target.value || undefined })}
        >
          <option value="">{all[name]}</option>
          {values[name].map((v) => (
            <option key={v} value={v}>
              {text.values[v] ?? v}
            </option>
          ))}
        </select>
      ))}
    </div>
  );
}

function Rows({
  rows,
  sort,
  selected,
  onSelect,
  onSort,
}: {
  rows: readonly Scene[];
  sort: string | undefined;
  selected: string | undefined;
  onSelect: (s: Scene) => void;
  onSort: (sort: string | undefined) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 37,
    overscan: 12,
    getItemKey: (i) => rows[i]!.id,
  });
  useEffect(() => {
    const i = rows.findIndex((s) => s.id === selected);
    const seen = virtual.range !== null && i > virtual.range.startIndex && i < virtual.range.endIndex - 1;
    if (i >= 0 && !seen) virtual.scrollToIndex(i, { align: "center" });
    // The table gets lower when a scene is opened below it.
  }, [selected, rows, virtual.scrollRect?.height]);
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const { key, down } = readSort(sort);
  return (
    <div className="scroll" ref={scroller} tabIndex={0} role="region" aria-label={text.scenes.region}>
      <table className="table scenes" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((c) => (
              <th
                key={c}
                scope="col"
                className={c === "length" || c === "speeches" ? "r" : undefined}
                aria-sort={c === key ? (down ? "descending" : "ascending") : undefined}
              >
                <button type="button" onClick={() => onSort(c === key && !down ? `-${c}` : c === "number" ? undefined : c)}>
                  {text.scenes.columns[c]}
                  {c === key && <span aria-hidden="true">{down ? " ↓" : " ↑"}</span>}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Space size={before} />}
          {items.map((item) => (
            <Row
              key={item.key}
              index={item.index}
              scene={rows[item.index]!}
              on={rows[item.index]!.id === selected}
              onSelect={onSelect}
              measure={virtual.measureElement}
            />
          ))}
          {after > 0 && <Space size={after} />}
        </tbody>
      </table>
    </div>
  );
}

/** Stands for the rows that are out of sight. */
function Space({ size }: { size: number }) {
  return (
    <tr className="space" aria-hidden="true">
      <td colSpan={5} style={{ blockSize: size }} />
    </tr>
  );
}

const Row = memo(function Row({
  scene,
  index,
  on,
  onSelect,
  measure,
}: {
  scene: Scene;
  index: number;
  on: boolean;
  onSelect: (s: Scene) => void;
  measure: (el: HTMLElement | null) => void;
}) {
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      className={on ? "is-sel" : undefined}
      aria-current={on ? "true" : undefined}
      onClick={() => onSelect(scene)}
    >
      <th scope="row" className="num">
        <button type="button" aria-label={text.scenes.select(scene.number)} aria-pressed={on}>
          {scene.number}
        </button>
      </th>
      <td>
        <i className={`sw k-${scene.kind}`} title={text.kinds[scene.kind]} /> <span className="vh">{text.kinds[scene.kind]}</span>{" "}
        <Foreign>{scene.heading}</Foreign>{" "}
        {scene.health !== "valid" && scene.health !== "confirmed_valid" && <HealthPill health={scene.health} />}
      </td>
      <td className="r">{formatEighths(scene.eighths)}</td>
      <td className="small quiet">
        {scene.cast.length > 0 ? <Foreign>{scene.cast.join(", ")}</Foreign> : <span className="faint">{text.scenes.silent}</span>}
      </td>
      <td className="r" data-l={text.scenes.speechesLabel}>
        {formatCount(scene.speechCount)}
      </td>
    </tr>
  );
});
