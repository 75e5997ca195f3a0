import { useRef, useState, type CSSProperties, type PointerEvent, type RefObject } from "react";
import { Icon } from "~/design/icon";
import { formatDay, formatDuration, formatMinute, formatTime } from "~/format/format";
import type { Ms } from "~/run/view";
import { timeline as text } from "~/text/timeline";
import type { Axis, Gap, Tick } from "./axis";

const at = (x: number): CSSProperties => ({ "--a": `${(x * 100).toFixed(2)}%` }) as CSSProperties;
const span = (x: number, w: number): CSSProperties =>
  ({ "--a": `${(x * 100).toFixed(2)}%`, "--w": `${(w * 100).toFixed(2)}%` }) as CSSProperties;

/** The lines behind all rows: ticks, what is cut out, now, and what lies ahead. */
export function Grid({ axis, now }: { axis: Axis; now: Ms | null }) {
  const seen = now !== null && now >= axis.from && now <= axis.to;
  return (
    <div className="tl-grid" aria-hidden="true">
      {axis.ticks.map((t) => (
        <i key={t.time} style={at(t.at)} />
      ))}
      {axis.breaks.map((b) => (
        <span key={b.from} className="cut" style={span(b.at, b.width)} />
      ))}
      {now !== null && now < axis.to && <span className="future" style={at(axis.at(now))} />}
      {seen && <span className="nowline" style={at(axis.at(now))} />}
    </div>
  );
}

/** A tick's words: milliseconds since the start for the shortest, the time with seconds, or without. */
function tickWords(t: Tick, axis: Axis): string {
  if (axis.step < 1000) return formatDuration((t.time - axis.from) / 1000);
  if (t.day) return formatDay(new Date(t.time));
  return axis.step < 60_000 ? formatTime(new Date(t.time)) : formatMinute(new Date(t.time));
}

interface Props {
  axis: Axis;
  now: Ms | null;
  width: number;
  track: RefObject<HTMLDivElement | null>;
  zoom: Gap | null;
  setZoom: (zoom: Gap | null) => void;
  unfolded: ReadonlySet<Ms>;
  setUnfolded: (unfolded: ReadonlySet<Ms>) => void;
}

const words = 60; // px, of a tick
const clear = 46; // px, from the middle of a tag that covers ticks

/** The axis: ticks, now, the waits that are cut out; dragging over it zooms in. */
export function AxisRow({ axis, now, width, track, zoom, setZoom, unfolded, setUnfolded }: Props) {
  const seen = now !== null && now >= axis.from && now <= axis.to;
  const x = seen ? axis.at(now) : -1;
  const { drag, ...pointer } = useDrag(axis, setZoom);
  const beside = axis.breaks.some((b) => x > b.at && (x - b.at - b.width / 2) * width < 2 * clear);
  const middle = x + (x > 0.88 ? -clear : beside ? clear : 0) / width; // of the tag of now
  const tags = [...(seen ? [middle] : []), ...axis.breaks.map((b) => b.at + b.width / 2)];
  const hidden = (t: Tick) => tags.some((tag) => Math.abs(t.at + words / 2 / width - tag) * width < words / 2 + clear);
  const differs = (t: Tick, i: number) => i === 0 || tickWords(t, axis) !== tickWords(axis.ticks[i - 1]!, axis);
  return (
    <div className="tl-axis">
      <div className="lab">
        {zoom && (
          <button type="button" className="tag" onClick={() => setZoom(null)}>
            <Icon name="x" /> {text.reset}
          </button>
        )}
        {unfolded.size > 0 && (
          <button type="button" className="tag" aria-pressed={false} onClick={() => setUnfolded(new Set())}>
            {text.foldWaits}
          </button>
        )}
        <span className="vh">{text.range(formatTime(new Date(axis.from)), formatTime(new Date(axis.to)))}</span>
      </div>
      <div className="trk" ref={track} {...pointer}>
        {axis.ticks.filter(differs).map((t) => (
          <span key={t.time} className={`tick${hidden(t) ? " near" : ""}`} style={at(t.at)} aria-hidden="true">
            {tickWords(t, axis)}
          </span>
        ))}
        {axis.breaks.map((b) => (
          <button
            key={b.from}
            type="button"
            className="cut-tag"
            style={at(b.at + b.width / 2)}
            aria-pressed={true}
            aria-label={text.break(formatDuration((b.to - b.from) / 1000))}
            title={text.break(formatDuration((b.to - b.from) / 1000))}
            onClick={() => setUnfolded(new Set([...unfolded, b.from]))}
          >
            {formatDuration((b.to - b.from) / 1000)}
          </button>
        ))}
        {seen && (
          <span className={`nowtag num${x > 0.88 ? " end" : beside ? " begin" : ""}`} style={at(x)} aria-hidden="true">
            {text.now(formatTime(new Date(now)))}
          </span>
        )}
        {drag && <span className="drag" style={span(drag.from, drag.to - drag.from)} aria-hidden="true" />}
      </div>
    </div>
  );
}

/** Choosing a range of the axis with the pointer. */
function useDrag(axis: Axis, setZoom: (zoom: Gap | null) => void) {
  const begin = useRef<number | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const where = (e: PointerEvent<HTMLElement>): number => {
    const box = e.currentTarget.getBoundingClientRect();
    const x = Math.min(1, Math.max(0, (e.clientX - box.left) / box.width));
    return getComputedStyle(e.currentTarget).direction === "rtl" ? 1 - x : x;
  };
  return {
    drag,
    onPointerDown: (e: PointerEvent<HTMLElement>) => {
      if (e.button !== 0 || e.pointerType === "touch" || (e.target as HTMLElement).closest("button")) return;
      begin.current = where(e);
      e.currentTarget.setPointerCapture(e.pointerId);
    },
    onPointerMove: (e: PointerEvent<HTMLElement>) => {
      if (begin.current === null) return;
      const x = where(e);
      setDrag({ from: Math.min(begin.current, x), to: Math.max(begin.current, x) });
    },
    onPointerUp: () => {
      if (drag && drag.to - drag.from > 0.02) setZoom({ from: timeAt(axis, drag.from), to: timeAt(axis, drag.to) });
      begin.current = null;
      setDrag(null);
    },
    onPointerCancel: () => {
      begin.current = null;
      setDrag(null);
    },
  };
}

/** The moment at a place of the axis: the inverse of its at, by halving. */
function timeAt(axis: Axis, x: number): Ms {
  let [low, high] = [axis.from, axis.to];
  for (let i = 0; i < 50; i++) {
    const mid = (low + high) / 2;
    if (axis.at(mid) < x) low = mid;
    else high = mid;
  }
  return Math.round(low);
}

/** What the bars mean, and the keys. */
export function Legend() {
  const { legend, keys } = text;
  return (
    <div className="legend card-foot">
      {(["done", "work", "fail", "wait", "skip", "hedge", "open", "well"] as const).map((kind) => (
        <span key={kind}>
          <i className={`bar ${kind}`} aria-hidden="true" />
          {legend[kind]}
        </span>
      ))}
      <span>
        <Icon name="fall" />
        {legend.fallback}
      </span>
      <span>
        <Icon name="probe" />
        {legend.probe}
      </span>
      <span className="push keys-hint hide-sm">
        <kbd>j</kbd> <kbd>k</kbd> {keys.row} <kbd>h</kbd> <kbd>l</kbd> {keys.try} <kbd>Enter</kbd> {keys.detail} <kbd>?</kbd>{" "}
        {keys.all}
      </span>
    </div>
  );
}
