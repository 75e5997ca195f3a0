import { useEffect, useRef, type RefObject } from "react";
import { useKeys } from "~/app/keys";
import type { ListHandle } from "./list";
import { isStop, type Row } from "./rows";

/** The row that has the focus. */
const focused = (): string | null => document.activeElement?.closest("[data-row]")?.getAttribute("data-row") ?? null;

/** Moves the focus between rows by keys: j and k by row, h and l by try, Enter unfolds. */
export function useTimelineKeys(rows: readonly Row[], list: RefObject<ListHandle | null>, press: (row: Row) => void): void {
  const wanted = useRef<string | null>(null); // the row that gets the focus as soon as it is drawn
  const focus = (key: string) => {
    const button = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"] .disc`);
    if (button === null) return false;
    button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest" });
    wanted.current = null;
    return true;
  };
  const go = (key: string) => {
    if (focus(key)) return;
    wanted.current = key;
    list.current?.show(rows.findIndex((r) => r.key === key));
  };
  // Rows that were not in the page are drawn first.
  useEffect(() => {
    if (wanted.current === null) return;
    const key = wanted.current;
    if (focus(key)) return;
    const frame = requestAnimationFrame(() => wanted.current === key && focus(key));
    return () => cancelAnimationFrame(frame);
  });

  const at = () => {
    const i = rows.findIndex((r) => r.key === focused());
    return i >= 0 ? i : rows.findIndex((r) => (r.kind === "try" || r.kind === "unit") && r.open) - 1;
  };
  const step = (by: 1 | -1, stops: (r: Row) => boolean) => {
    for (let i = Math.max(at(), -1) + by; i >= 0 && i < rows.length; i += by) if (stops(rows[i]!)) return go(rows[i]!.key);
  };
  const here = () => rows.find((r) => r.key === focused());

  useKeys({
    j: () => step(1, isStop),
    k: () => step(-1, isStop),
    l: () => {
      const row = here();
      if (row?.kind === "unit") {
        const first = row.unit.attempts[0];
        if (first) wanted.current = `${row.key}#${first.seq}`;
        if (!row.open) press(row);
        else if (first) go(`${row.key}#${first.seq}`);
        return;
      }
      step(1, (r) => r.kind === "try" && (row?.kind !== "try" || r.unit.unit === row.unit.unit));
    },
    h: () => {
      const row = here();
      if (row?.kind === "unit" && row.open) return press(row);
      step(-1, (r) => (r.kind === "try" || r.kind === "unit") && (row?.kind !== "try" || r.unit.unit === row.unit.unit));
    },
    Enter: () => {
      const i = at();
      const row = rows[Math.max(i, 0)];
      if (row && isStop(row)) press(row);
      else step(1, isStop);
    },
  });
}
