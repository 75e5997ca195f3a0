import { memo, useEffect, useRef, useState, type RefObject } from "react";
import { Button, Card } from "~/design/parts";
import { formatCount, formatEighths, formatShare } from "~/format/format";
import { results as text } from "~/text/results";
import { kinds, type Film, type Scene } from "./film";

const widths = [1, 2, 4, 8, 16, 32];

/** The least width in pixels of a scene whose number is shown, without the digits. */
const legible = 10;

/** The scenes in their order, each as wide as it is long, coloured as the strips of a production board. */
export const Strip = memo(function Strip({
  film,
  selected,
  onSelect,
}: {
  film: Film;
  selected: Scene | null;
  onSelect: (s: Scene) => void;
}) {
  const [asTable, setAsTable] = useState(false);
  const [zoom, setZoom] = useState(1);
  const step = (by: number) => setZoom(widths[Math.min(widths.length - 1, Math.max(0, widths.indexOf(zoom) + by))]!);
  const long = film.scenes.length > 40;
  return (
    <Card
      title={text.strip.title}
      className="striped"
      tools={
        <>
          <span className="small faint">{text.strip.note}</span>
          <span className="row push">
            {long && !asTable && (
              <>
                <Button
                  look="plain"
                  small
                  aria-label={text.strip.out}
                  title={text.strip.out}
                  disabled={zoom === 1}
                  onClick={() => step(-1)}
                >
                  −
                </Button>
                <Button look="plain" small aria-label={text.strip.in} title={text.strip.in} onClick={() => step(1)}>
                  +
                </Button>
              </>
            )}
            <Button small aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              {asTable ? text.strip.picture : text.strip.table}
            </Button>
          </span>
        </>
      }
    >
      <div className="card-body">
        {asTable ? <KindTable film={film} /> : <Picture film={film} selected={selected} onSelect={onSelect} zoom={zoom} />}
        {!asTable && <Legend film={film} />}
      </div>
    </Card>
  );
});

function Picture({
  film,
  selected,
  onSelect,
  zoom,
}: {
  film: Film;
  selected: Scene | null;
  onSelect: (s: Scene) => void;
  zoom: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const at = selected?.order ?? 0;
  const last = film.scenes.length - 1;
  useEffect(() => {
    const strip = box.current;
    const segment = strip?.children[0]?.children[at] as HTMLElement | undefined;
    if (!strip || !segment || zoom === 1) return;
    strip.scrollTo({ left: segment.offsetLeft - strip.clientWidth / 2 + segment.offsetWidth / 2 });
  }, [at, zoom]);
  const go = (to: number) => {
    const scene = film.scenes[Math.min(last, Math.max(0, to))];
    if (scene) onSelect(scene);
  };
  const keys: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: last,
  };
  const s = selected ?? film.scenes[0]!;
  const dense = film.scenes.length / zoom > 120;
  return (
    <div
      ref={box}
      className={dense ? "strip dense" : "strip"}
      tabIndex={0}
      role="slider"
      aria-label={text.strip.slider}
      aria-description={text.strip.help}
      aria-valuemin={1}
      aria-valuemax={last + 1}
      aria-valuenow={at + 1}
      aria-valuetext={text.strip.value(s.number, s.heading, formatEighths(s.eighths), text.kinds[s.kind])}
      onKeyDown={(e) => {
        const to = keys[e.key];
        if (to === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
        e.preventDefault();
        go(to);
      }}
      onClick={(e) => {
        const i = (e.target as HTMLElement).closest<HTMLElement>("[data-i]")?.dataset["i"];
        if (i !== undefined) go(Number(i));
      }}
    >
      <div style={zoom > 1 ? { inlineSize: `${zoom * 100}%` } : undefined}>
        {film.scenes.map((scene, i) => (
          <Segment
            key={scene.id}
            scene={scene}
            i={i}
            on={scene.id === selected?.id}
            named={(width * zoom * scene.eighths) / film.eighths >= legible + 6 * scene.number.length}
          />
        ))}
      </div>
    </div>
  );
}

/** The width of an element, as it changes. */
function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(1300);
  useEffect(() => {
    const observer = new ResizeObserver(([e]) => e && setWidth(Math.round(e.contentRect.width)));
    if (ref.current) observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

const Segment = memo(function Segment({ scene, i, on, named }: { scene: Scene; i: number; on: boolean; named: boolean }) {
  return (
    <span
      className={on ? "seg is-sel" : "seg"}
      data-i={i}
      style={{ flexGrow: scene.eighths }}
      title={`${scene.number} ${scene.heading}, ${formatEighths(scene.eighths)}`}
    >
      <i className={`k-${scene.kind}`} />
      <span className="n num">{named || on ? scene.number : ""}</span>
    </span>
  );
});

function Legend({ film }: { film: Film }) {
  return (
    <div className="strip-legend">
      {counts(film).map(({ kind, eighths }) => (
        <span key={kind}>
          <i className={`sw k-${kind}`} aria-hidden="true" />
          {text.kinds[kind]} <span className="faint num">{formatShare(film.eighths ? eighths / film.eighths : 0)}</span>
        </span>
      ))}
    </div>
  );
}

function KindTable({ film }: { film: Film }) {
  return (
    <div className="table-wrap">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{text.columns.kind}</th>
            <th scope="col" className="r">
              {text.columns.scenes}
            </th>
            <th scope="col" className="r">
              {text.columns.pages}
            </th>
            <th scope="col" className="r">
              {text.columns.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {counts(film).map(({ kind, scenes, eighths }) => (
            <tr key={kind}>
              <th scope="row">
                <i className={`sw k-${kind}`} aria-hidden="true" /> {text.kinds[kind]}
              </th>
              <td className="r">{formatCount(scenes)}</td>
              <td className="r">{formatEighths(eighths)}</td>
              <td className="r">{formatShare(film.eighths ? eighths / film.eighths : 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const counts = (film: Film) =>
  kinds
    .map((kind) => {
      const of = film.scenes.filter((s) => s.kind === kind);
      return { kind, scenes: of.length, eighths: of.reduce((n, s) => n + s.eighths, 0) };
    })
    .filter((k) => k.scenes > 0);
