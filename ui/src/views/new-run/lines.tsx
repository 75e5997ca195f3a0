import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { inputText } from "~/api/queries";
import { LoadError, Skeleton } from "~/design/parts";
import { newRun as text } from "~/text/new-run";

/** The text of a script as a run reads it, with its lines numbered; it shows and marks one of them. */
export function Lines({ project, filename, at }: { project: string; filename: string; at: number | undefined }) {
  const { data, error, refetch } = useQuery(inputText(project, filename));
  const lines = useMemo(() => data?.split("\n") ?? [], [data]);
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 22,
    overscan: 20,
  });
  useEffect(() => {
    if (at === undefined || lines.length === 0) return;
    rows.scrollToIndex(Math.min(at, lines.length) - 1, { align: "center" });
    box.current?.scrollIntoView({ block: "nearest" });
    box.current?.focus({ preventScroll: true });
  }, [at, lines.length]);
  if (error) return <LoadError error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton lines={6} />;
  return (
    <div ref={box} className="lines" role="region" aria-label={text.read.text} tabIndex={0}>
      <div style={{ blockSize: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => (
          <p
            key={row.key}
            ref={rows.measureElement}
            data-index={row.index}
            className={row.index + 1 === at ? "is-at" : undefined}
            aria-current={row.index + 1 === at ? "location" : undefined}
            style={{ transform: `translateY(${row.start}px)` }}
          >
            <span className="num faint">{row.index + 1}</span>
            <span dir="auto">{lines[row.index] || "\u00a0"}</span>
          </p>
        ))}
      </div>
    </div>
  );
}
