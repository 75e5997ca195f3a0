import { memo, useState } from "react";
import { Button, Card, Foreign } from "~/design/parts";
import { formatCount, formatEighths, formatShare } from "~/format/format";
import { results as text } from "~/text/results";
import type { Film, Scene, Share } from "./film";

const most = 12; // rows that are shown at first

/** A button that switches between a picture and the table with its numbers. */
function AsTable({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <span className="push">
      <Button small aria-pressed={on} onClick={() => onChange(!on)}>
        {on ? text.presence.picture : text.presence.table}
      </Button>
    </span>
  );
}

function More({ all, open, onOpen }: { all: number; open: boolean; onOpen: (open: boolean) => void }) {
  if (all <= most) return null;
  return (
    <p className="more-rows">
      <Button look="plain" small onClick={() => onOpen(!open)}>
        {open ? text.presence.fewer : text.presence.more(formatCount(all))}
      </Button>
    </p>
  );
}

/** Who is in which scene, with the number of speeches: a grid; of long scripts a band for each. */
export const Presence = memo(function Presence({
  film,
  selected,
  onSelect,
}: {
  film: Film;
  selected: string | undefined;
  onSelect: (s: Scene) => void;
}) {
  const [table, setTable] = useState(false);
  const [open, setOpen] = useState(false);
  const cast = open ? film.cast : film.cast.slice(0, most);
  const grid = film.scenes.length <= 40;
  return (
    <Card
      title={text.presence.title}
      tools={
        <>
          <span className="small faint">{text.presence.note}</span>
          <AsTable on={table} onChange={setTable} />
        </>
      }
    >
      {film.cast.length === 0 ? (
        <p className="card-body quiet">{text.presence.none}</p>
      ) : (
        <div className="card-body scrollx" tabIndex={0} role="region" aria-label={text.presence.region}>
          {table ? (
            <CastTable cast={cast} onSelect={onSelect} />
          ) : grid ? (
            <Grid film={film} cast={cast} selected={selected} />
          ) : (
            <Bands film={film} cast={cast} selected={selected} />
          )}
          <More all={film.cast.length} open={open} onOpen={setOpen} />
        </div>
      )}
    </Card>
  );
});

/** How strong the colour of a cell is: by the speeches, against the most in one scene. */
const strength = (n: number, top: number): string => `${50 + Math.round((45 * n) / Math.max(1, top))}%`;

function Grid({ film, cast, selected }: { film: Film; cast: readonly Share[]; selected: string | undefined }) {
  const top = Math.max(1, ...film.scenes.flatMap((s) => Object.values(s.speeches)));
  return (
    <table className="grid-pres">
      <thead>
        <tr>
          <th scope="col">
            <span className="vh">{text.presence.cast}</span>
          </th>
          {film.scenes.map((s) => (
            <th key={s.id} scope="col" className={s.id === selected ? "is-sel" : undefined}>
              {s.number}
            </th>
          ))}
          <th scope="col">{text.presence.all}</th>
        </tr>
      </thead>
      <tbody>
        {cast.map((c) => (
          <tr key={c.name}>
            <th scope="row" title={c.name}>
              <Foreign>{c.name}</Foreign>
            </th>
            {film.scenes.map((s) => {
              const n = s.speeches[c.name] ?? 0;
              if (n > 0)
                return (
                  <td key={s.id} data-n={n} style={{ "--v": strength(n, top) } as React.CSSProperties}>
                    {formatCount(n)}
                  </td>
                );
              const silent = s.cast.includes(c.name);
              return <td key={s.id}>{silent && <span className="silent" title={text.presence.silent} />}</td>;
            })}
            <td className="tot num">{formatCount(c.amount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same for a long script: each name has a band as wide as the film, with a mark for each scene. */
function Bands({ film, cast, selected }: { film: Film; cast: readonly Share[]; selected: string | undefined }) {
  const n = film.scenes.length;
  const at = selected ? film.byId.get(selected)?.order : undefined;
  return (
    <table className="shares bands">
      <tbody>
        {cast.map((c) => (
          <tr key={c.name}>
            <th scope="row">
              <Foreign>{c.name}</Foreign>
            </th>
            <td>
              <svg className="band-svg" viewBox={`0 0 ${n} 10`} preserveAspectRatio="none" aria-hidden="true">
                <BandPath scenes={c.scenes} />
                {at !== undefined && <rect className="at" x={at} y="0" width="1" height="10" />}
              </svg>
              <span className="vh">{`${formatCount(c.scenes.length)} ${text.presence.scenes}`}</span>
            </td>
            <td className="r num">{formatCount(c.amount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A mark for each scene; it stays when another scene is selected. */
const BandPath = memo(function BandPath({ scenes }: { scenes: readonly Scene[] }) {
  return <path d={scenes.map((s) => `M${s.order} 0h1v10h-1z`).join("")} />;
});

function CastTable({ cast, onSelect }: { cast: readonly Share[]; onSelect: (s: Scene) => void }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{text.presence.cast}</th>
          <th scope="col" className="r">
            {text.presence.speeches}
          </th>
          <th scope="col">{text.presence.scenes}</th>
        </tr>
      </thead>
      <tbody>
        {cast.map((c) => (
          <tr key={c.name}>
            <th scope="row">
              <Foreign>{c.name}</Foreign>
            </th>
            <td className="r">{formatCount(c.amount)}</td>
            <td className="scene-numbers">
              {c.scenes.slice(0, 60).map((s) => (
                <button key={s.id} type="button" aria-label={text.scenes.select(s.number)} onClick={() => onSelect(s)}>
                  {s.number}
                </button>
              ))}
              {c.scenes.length > 60 && ` + ${formatCount(c.scenes.length - 60)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Shares as bars, and as a table with their numbers. */
function Shares({
  title,
  note,
  name,
  column,
  all,
  format,
  onPick,
}: {
  title: string;
  note: string;
  name: string;
  column: string;
  all: readonly Share[];
  format: (amount: number) => string;
  onPick: (name: string) => void;
}) {
  const [table, setTable] = useState(false);
  const [open, setOpen] = useState(false);
  const rows = open ? all : all.slice(0, most);
  const total = all.reduce((n, s) => n + s.amount, 0);
  const top = Math.max(1, all[0]?.amount ?? 1);
  const share = (s: Share) => (total > 0 ? formatShare(s.amount / total) : "");
  return (
    <Card
      title={title}
      tools={
        <>
          <span className="small faint">{note}</span>
          <AsTable on={table} onChange={setTable} />
        </>
      }
    >
      <div className="card-body">
        <table className={table ? "table" : "shares"}>
          <thead className={table ? undefined : "vh"}>
            <tr>
              <th scope="col">{name}</th>
              <th scope="col" className="r">
                {table ? column : text.columns.share}
              </th>
              {table && (
                <>
                  <th scope="col" className="r">
                    {text.columns.share}
                  </th>
                  <th scope="col" className="r">
                    {text.columns.scenes}
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((s) => (
              <tr key={s.name}>
                <th scope="row">
                  <button type="button" className="pick" onClick={() => onPick(s.name)}>
                    <Foreign>{text.values[s.name] ?? s.name}</Foreign>
                  </button>
                </th>
                {table ? (
                  <>
                    <td className="r">{format(s.amount)}</td>
                    <td className="r">{share(s)}</td>
                    <td className="r">{formatCount(s.scenes.length)}</td>
                  </>
                ) : (
                  <td>
                    <span className="barc">
                      <i style={{ inlineSize: `${(100 * s.amount) / top}%` }} />
                      <span className="num">
                        {format(s.amount)} <span className="faint">{share(s)}</span>
                      </span>
                    </span>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
        <More all={all.length} open={open} onOpen={setOpen} />
      </div>
    </Card>
  );
}

/** Who has how much of the dialogue. */
export const Dialogue = memo(function Dialogue({ film, onPick }: { film: Film; onPick: (name: string) => void }) {
  const { title, note, column, name } = text.dialogue;
  return <Shares title={title} note={note} name={name} column={column} all={film.cast} format={formatCount} onPick={onPick} />;
});

/** How much of the film plays where. */
export const Locations = memo(function Locations({ film, onPick }: { film: Film; onPick: (name: string) => void }) {
  const { title, note, column, name } = text.locations;
  return (
    <Shares title={title} note={note} name={name} column={column} all={film.locations} format={formatEighths} onPick={onPick} />
  );
});
