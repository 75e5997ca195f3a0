import { formatCount, formatDuration, formatTime, formatWhen } from "~/format/format";
import { useNow } from "~/live/clock";
import { providers as text } from "~/text/providers";
import { spans, type Cell, type CellState } from "./history";

/** The pattern of each state in the strip. */
const look: Record<CellState, string> = {
  answered: "a",
  mixed: "m",
  refused: "f",
  probe: "p",
  out: "o",
  limited: "g",
  held: "h",
  unused: "n",
};

/** What a provider did over a window, a cell a bucket: height and pattern say the state. A table says the same. */
export function Strip({ cells, label, caption }: { cells: readonly Cell[]; label: string; caption: string }) {
  return (
    <figure className="stack tight">
      <figcaption className="label">{caption}</figcaption>
      <div className="hist" role="img" aria-label={label}>
        {cells.map((c) => (
          <i key={c.from} className={look[c.state]} title={`${formatTime(new Date(c.from))} ${text.cell[c.state]}`} />
        ))}
      </div>
      <details className="twin">
        <summary>{text.asTable}</summary>
        <SpanTable cells={cells} />
      </details>
    </figure>
  );
}

function SpanTable({ cells }: { cells: readonly Cell[] }) {
  const now = useNow();
  const all = spans(cells);
  if (all.every((s) => s.state === "unused")) return <p className="small quiet">{text.noHistory}</p>;
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{text.columns.from}</th>
          <th scope="col">{text.columns.until}</th>
          <th scope="col">{text.columns.state}</th>
          <th scope="col" className="r">
            {text.columns.answered}
          </th>
          <th scope="col" className="r">
            {text.columns.failed}
          </th>
        </tr>
      </thead>
      <tbody>
        {all.map((s) => (
          <tr key={s.from}>
            <td className="num">{formatWhen(new Date(s.from), now)}</td>
            <td className="num">{formatWhen(new Date(s.until), now)}</td>
            <td>{text.cell[s.state]}</td>
            <td className="r">{formatCount(s.answered)}</td>
            <td className="r">{formatCount(s.failed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the patterns mean. */
export function Legend() {
  return (
    <ul className="hist-legend">
      {(Object.keys(look) as CellState[]).map((state) => (
        <li key={state}>
          <i className={look[state]} aria-hidden="true" />
          {text.cell[state]}
        </li>
      ))}
    </ul>
  );
}

/** How long a cell is, in words. */
export const cellLength = (seconds: number): string => formatDuration(seconds);
