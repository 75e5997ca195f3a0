import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { stageOf, unitOf, type AttemptView, type RunView } from "~/run/view";
import { firstSelection, type Row, type Selection } from "./rows";

/** What is selected in the timeline, as the address has it, and what changes it. */
export interface TimelineState {
  selected: Selection;
  /** The reader has chosen; else it is what a failed run shows first. */
  chosen: boolean;
  open: ReadonlySet<string>;
  problemsFirst: boolean;
  fold: "waits" | "none" | undefined;
  /** Unfolds what a row stands for, or folds it. */
  press: (row: Row) => void;
  setProblemsFirst: (on: boolean) => void;
  setFold: (on: boolean) => void;
}

/** Reads the selection from the address, and writes it there. */
export function useTimelineState(view: RunView): TimelineState {
  const search = useSearch({ from: "/runs/$run/" });
  const navigate = useNavigate({ from: "/runs/$run/" });
  const { stage, unit, attempt, role, open } = search;
  const chosen = stage !== undefined;
  const selected = useMemo<Selection>(() => {
    if (stage === undefined) return firstSelection(view);
    const at = unitOf(stageOf(view, stage), unit ?? "");
    if (unit === undefined || at === undefined) return { stage, unit };
    return { stage, unit, attempt: attempt === undefined ? null : tryOf(at.attempts, attempt, role) };
  }, [view, stage, unit, attempt, role]);
  const groups = useMemo(() => new Set(open?.split(",")), [open]);
  return useMemo(() => {
    const go = (change: Partial<typeof search>) =>
      void navigate({
        search: (s) => Object.fromEntries(Object.entries({ ...s, ...change }).filter(([, v]) => v !== undefined)),
        replace: true,
        resetScroll: false,
      });
    const toggle = (group: string) => {
      const next = groups.has(group) ? [...groups].filter((g) => g !== group) : [...groups, group];
      go({ open: next.length > 0 ? next.join(",") : undefined } as never);
    };
    const press = (row: Row) => {
      if (row.kind === "group" || row.kind === "earlier") return toggle(row.group);
      if (row.kind === "unit") return go(addressOf(row.unit.stageID, row.open ? undefined : row.unit.unit, null) as never);
      if (row.kind === "try") return go(addressOf(row.unit.stageID, row.unit.unit, row.open ? null : row.attempt) as never);
    };
    return {
      selected,
      chosen,
      open: groups,
      problemsFirst: search.order !== "script",
      fold: search.fold === "waits" || search.fold === "none" ? search.fold : undefined,
      press,
      setProblemsFirst: (on) => go({ order: on ? undefined : "script" } as never),
      setFold: (on) => go({ fold: on ? "waits" : "none" }),
    };
  }, [selected, chosen, groups, search, navigate]);
}

/** The search of the address that selects a unit, or one of its tries. */
export function addressOf(stage: string, unit: string | undefined, a: AttemptView | null) {
  return { stage, unit, attempt: a?.number, role: a === null || a.role === "work" ? undefined : a.role };
}

function tryOf(attempts: readonly AttemptView[], number: number, role: string | undefined): AttemptView | null {
  return attempts.findLast((a) => a.number === number && (role === undefined || a.role === role)) ?? null;
}
