import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import type { Row } from "./rows";

const most = 120; // rows that are all drawn; of more, those that are seen

const sizes: Record<Row["kind"], number> = {
  caption: 34,
  lane: 30,
  stage: 37,
  unit: 36,
  try: 29,
  skip: 29,
  wait: 29,
  reused: 29,
  earlier: 29,
  detail: 420,
  group: 65,
  todo: 30,
};

/** What the list of rows lets its owner do. */
export interface ListHandle {
  /** Brings a row into view. */
  show: (index: number) => void;
}

interface Props {
  rows: readonly Row[];
  label: string;
  render: (row: Row) => ReactNode;
  className: (row: Row) => string;
  handle: RefObject<ListHandle | null>;
}

/** The rows of a timeline. Of very many only those that are seen are in the page. */
export function RowList(props: Props) {
  return props.rows.length <= most ? <AllRows {...props} /> : <SeenRows {...props} />;
}

function AllRows({ rows, label, render, className, handle }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    handle.current = { show: (i) => list.current?.children[i]?.scrollIntoView({ block: "nearest" }) };
  }, [handle]);
  return (
    <ul className="tl-rows" role="list" aria-label={label} ref={list}>
      {rows.map((row) => (
        <li key={row.key} data-row={row.key} className={className(row)}>
          {render(row)}
        </li>
      ))}
    </ul>
  );
}

function SeenRows({ rows, label, render, className, handle }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const box = list.current?.getBoundingClientRect();
    if (box) setTop(box.top + scrollY);
  }, [rows.length]);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (i) => sizes[rows[i]!.kind],
    getItemKey: (i) => rows[i]!.key,
    overscan: 10,
    scrollMargin: top,
  });
  useLayoutEffect(() => {
    handle.current = { show: (i) => virtual.scrollToIndex(i, { align: "auto" }) };
  }, [handle, virtual]);
  const items = virtual.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  const padding = {
    paddingBlockStart: first ? first.start - top : 0,
    paddingBlockEnd: last ? virtual.getTotalSize() - (last.end - top) : 0,
  };
  return (
    <ul className="tl-rows" role="list" aria-label={label} ref={list} style={padding}>
      {items.map((item) => {
        const row = rows[item.index]!;
        return (
          <li
            key={item.key}
            data-row={row.key}
            data-index={item.index}
            aria-setsize={rows.length}
            aria-posinset={item.index + 1}
            ref={virtual.measureElement}
            className={className(row)}
          >
            {render(row)}
          </li>
        );
      })}
    </ul>
  );
}
