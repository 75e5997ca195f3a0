import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, type ReactNode } from "react";
import { isGone } from "~/api/client";
import { run as runQuery } from "~/api/queries";
import type { RunState } from "~/api/types";
import { Opening } from "~/design/parts";
import { useRunLog, type RunLog } from "./log";
import { useViewOf } from "./use-view";
import type { RunView } from "./view";

/** What is known of the run that is open. */
export interface OpenRun {
  id: string;
  /** As the server says it: what comes next, what can be done. It follows the log within half a second. */
  answer: RunState;
  /** Its events, as they happen. */
  log: RunLog;
  /** What the events amount to. */
  view: RunView;
}

const OpenRunContext = createContext<OpenRun | null>(null);

/** Loads a run, and gives it to the views inside. */
export function OpenRunProvider({ id, children }: { id: string; children: ReactNode }) {
  const { data, error, refetch } = useQuery(runQuery(id));
  const log = useRunLog(id);
  const view = useViewOf(log);
  // A run can be deleted, with its project, while it is open.
  if (data === undefined || isGone(error)) return <Opening name={id} error={error} retry={() => void refetch()} />;
  return <OpenRunContext value={{ id, answer: data, log, view }}>{children}</OpenRunContext>;
}

/** The run that is open. */
export function useOpenRun(): OpenRun {
  const run = useContext(OpenRunContext);
  if (run === null) throw new Error("useOpenRun is used outside of OpenRunProvider");
  return run;
}

/**
 * The view of the run that is open, as far as its events are known. It is folded as they come: what
 * no new event touches stays the same object.
 */
export const useRunView = (): RunView => useOpenRun().view;
