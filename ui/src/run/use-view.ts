import { useMemo, useRef } from "react";
import type { RunLog } from "./log";
import { reduceAll, start, type RunLogState, type RunView } from "./view";

/** The view that a log amounts to: folded as its events come. */
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
