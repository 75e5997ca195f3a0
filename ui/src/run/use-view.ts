import { useMemo, useRef } from "react";
import { useOpenRun } from "./context";
import type { RunLog } from "./log";
import { reduceAll, start, type RunLogState, type RunView } from "./view";

/**
 * The view of the run that is open, as far as its events are known. It is folded as they come: what
 * no new event touches stays the same object.
 */
export function useRunView(): RunView {
  return useViewOf(useOpenRun().log);
}

/** The view that a log amounts to. */
export function useViewOf(log: RunLog): RunView {
  // What is folded already is kept, as a cache: the same events give the same view.
  const kept = useRef<{ events: RunLog["events"]; state: RunLogState }>({ events: [], state: start });
  return useMemo(() => {
    const { events } = log;
    const had = kept.current;
    const goesOn = events.length >= had.events.length && events[had.events.length - 1] === had.events.at(-1);
    const state = goesOn ? reduceAll(had.state, events.slice(had.events.length)) : reduceAll(start, events);
    kept.current = { events, state };
    return state.view;
  }, [log]);
}
