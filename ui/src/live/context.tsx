import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore, type ReactNode } from "react";
import type { LiveStatus } from "./connection";
import type { Entry } from "./entries";
import { Invalidator } from "./invalidate";
import type { Live } from "./live";

const LiveContext = createContext<Live | null>(null);

/** Gives the page its live events, and marks what they change as out of date. */
export function LiveProvider({ live, children }: { live: Live; children: ReactNode }) {
  const client = useQueryClient();
  useEffect(() => {
    const invalidator = new Invalidator(client);
    const ends = [
      live.onEntries((entries) => entries.forEach((e) => invalidator.add(e.event))),
      live.onReset((why) => (why === "replaced" ? invalidator.replaced() : invalidator.all())),
      live.onBack(() => invalidator.all()),
      live.onSession(() => invalidator.all()),
    ];
    return () => ends.forEach((end) => end());
  }, [client, live]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** The live events; components use the hooks below. */
export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("useLive is used outside of LiveProvider");
  return live;
}

/** How the page learns of what happens: whether what it shows can be trusted to be of now. */
export function useLiveStatus(): LiveStatus {
  const live = useLive();
  return useSyncExternalStore(live.onStatus, () => live.status);
}

/** Whether the server's program has changed since the page was loaded. */
export function useOutdated(): boolean {
  const live = useLive();
  return useSyncExternalStore(live.onStatus, () => live.outdated);
}

/** Calls back with each group of new entries, in order, each entry once; and when entries may have been missed. */
export function useEntries(onEntries: (entries: Entry[]) => void, onReset?: () => void): void {
  const live = useLive();
  const entries = useEffectEvent(onEntries);
  const reset = useEffectEvent(onReset ?? (() => undefined));
  useEffect(() => {
    const ends = [live.onEntries((e) => entries(e)), live.onReset(() => reset())];
    return () => ends.forEach((end) => end());
  }, [live]);
}
