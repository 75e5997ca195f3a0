import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, type ReactNode } from "react";
import { results as text } from "~/text/results";
import type { Scene } from "./film";
import { languageOf, pieces, shownText, type Line } from "./lines";

/** A place in the text to go to; another object goes there again. */
export interface Jump {
  line: number;
}

interface ScreenplayProps {
  lines: readonly Line[];
  /** The id of the scene that is selected, wherever that was done. */
  selected: string | undefined;
  /** A line that is marked. */
  marked?: number | undefined;
  jump?: Jump | null;
  /** What is searched for: it is marked in the lines. */
  find?: string;
  /** The reader came to a scene, by scrolling or with a click. */
  onRead: (scene: Scene) => void;
  onLine?: (line: number) => void;
}

const calm = 120; // ms without scrolling until the scene on top counts as read

/**
 * The text of the script with its line numbers. It goes to a scene that is selected elsewhere, and
 * reports the scene that the reader scrolls to. Only the lines in sight are in the document.
 */
export const Screenplay = memo(function Screenplay({ lines, selected, marked, jump, find, onRead, onLine }: ScreenplayProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => lines.filter((l) => l.kind !== "blank"), [lines]);
  const lang = useMemo(() => languageOf(rows.map((l) => l.text).join("\n")), [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => 20 * Math.max(1, Math.ceil(rows[i]!.text.length / 60)) + (gapAfter(rows, i) ? 12 : 0),
    overscan: 20,
    getItemKey: (i) => rows[i]!.number,
  });

  // What the reader did and what was done for the reader are told apart: only the former selects.
  const byReader = useRef(false);
  const reported = useRef<string | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const goTo = (line: number) => {
    byReader.current = false;
    const i = rows.findIndex((l) => l.number >= line);
    if (i >= 0) virtual.scrollToIndex(i, { align: "start" });
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (selected === undefined || selected === reported.current) return;
    const first = rows.find((l) => l.scene?.id === selected);
    if (first && (marked === undefined || jump === null)) goTo(first.number);
    reported.current = selected;
  }, [selected, rows]);
  useEffect(() => {
    if (jump) goTo(jump.line);
  }, [jump, rows]);

  const report = (scene: Scene | null | undefined) => {
    if (!scene || scene.id === reported.current) return;
    reported.current = scene.id;
    onRead(scene);
  };
  const scrolled = () => {
    if (!byReader.current) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const item = virtual.getVirtualItemForOffset((scroller.current?.scrollTop ?? 0) + 28);
      if (item) report(rows[item.index]?.scene);
    }, calm);
  };
  const reading = () => {
    byReader.current = true;
  };
  return (
    <div
      className="script"
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label={text.screenplay.region}
      lang={lang}
      onScroll={scrolled}
      onWheel={reading}
      onTouchMove={reading}
      onKeyDown={reading}
      onPointerDown={reading}
      onClick={(e) => {
        const row = (e.target as HTMLElement).closest<HTMLElement>("[data-l]");
        if (row === null || String(getSelection())) return;
        const number = Number(row.dataset["l"]);
        report(rows.find((l) => l.number === number)?.scene);
        onLine?.(number);
      }}
    >
      <div className="script-rows" style={{ blockSize: virtual.getTotalSize() }}>
        <div style={{ transform: `translateY(${virtual.getVirtualItems()[0]?.start ?? 0}px)` }}>
          {virtual.getVirtualItems().map((item) => {
            const line = rows[item.index]!;
            return (
              <Row
                key={item.key}
                line={line}
                index={item.index}
                gap={gapAfter(rows, item.index)}
                current={selected !== undefined && line.scene?.id === selected}
                marked={line.number === marked}
                find={find ?? ""}
                measure={virtual.measureElement}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
});

/** Whether an empty line stands behind a row. */
const gapAfter = (rows: readonly Line[], i: number): boolean => {
  const next = rows[i + 1];
  return next === undefined || next.number > rows[i]!.number + 1;
};

const Row = memo(function Row({
  line,
  index,
  gap,
  current,
  marked,
  find,
  measure,
}: {
  line: Line;
  index: number;
  gap: boolean;
  current: boolean;
  marked: boolean;
  find: string;
  measure: (el: HTMLElement | null) => void;
}) {
  const heading = line.kind === "heading";
  return (
    <p
      ref={measure}
      data-index={index}
      data-l={line.number}
      className={[`l-${line.kind}`, gap && "gap", current && "is-in", marked && "is-marked"].filter(Boolean).join(" ")}
      role={heading ? "heading" : undefined}
      aria-level={heading ? 3 : undefined}
      aria-current={current && heading ? "true" : undefined}
    >
      <span className="no" aria-hidden="true">
        {line.number}
      </span>
      <span className="tx" dir="auto">
        {heading && line.scene?.made.data.number ? `${line.scene.made.data.number}  ` : ""}
        {pieces(shownText(line)).map((p, i) => {
          const shown = mark(p.text, find);
          return p.style === "plain" ? shown : <p.style key={i}>{shown}</p.style>;
        })}
      </span>
    </p>
  );
});

/** A text with what is searched for marked. */
function mark(text: string, find: string): ReactNode {
  if (find === "") return text;
  const at = text.toLowerCase().indexOf(find.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + find.length)}</mark>
      {mark(text.slice(at + find.length), find)}
    </>
  );
}
