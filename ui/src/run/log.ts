import { useEffect, useState } from "react";
import { api, take } from "~/api/client";
import type { RunEvent, Schemas } from "~/api/types";
import { useEntries } from "~/live/context";

/** The events of a run as far as they are known: gapless from the first on. */
export interface RunLog {
  events: readonly RunEvent[];
  /** The stored events are being read for the first time. */
  loading: boolean;
  /** Why they can't be read. */
  error: Error | null;
}

const page = 1000;

/**
 * The events of one run, gapless and in order: the stored ones in pages, then those that happen. An
 * event that does not join on is kept until the gap is read.
 */
export class RunLogStore {
  private readonly events: RunEvent[] = [];
  private early = new Map<number, RunEvent>();
  private reading = false;

  constructor(
    private readonly runID: string,
    private readonly changed: (events: readonly RunEvent[]) => void,
    private readonly read: (after: number) => Promise<RunEvent[]> = (after) => readRunEvents(runID, after),
  ) {}

  /** The number of the last event of the gapless part. */
  get last(): number {
    return this.events.length;
  }

  /** Takes what happens; reads what is missing before it. */
  add(events: readonly RunEvent[]): void {
    let grown = false;
    for (const e of events) {
      if (e.run_id !== this.runID || e.seq <= this.last) continue;
      if (e.seq === this.last + 1) {
        this.append(e);
        grown = true;
      } else this.early.set(e.seq, e);
    }
    if (grown) this.changed(this.events.slice());
    if (this.early.size > 0) void this.fill().catch(() => undefined); // a later event, or reset, tries again
  }

  /** Reads the stored events behind the last one. It fails with an ApiError. */
  async fill(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    try {
      for (;;) {
        const got = await this.read(this.last);
        if (got.length === 0) return;
        for (const e of got) if (e.seq === this.last + 1) this.append(e);
        this.changed(this.events.slice());
        if (got.length < page) return;
      }
    } finally {
      this.reading = false;
    }
  }

  private append(e: RunEvent): void {
    for (let next: RunEvent | undefined = e; next !== undefined; next = this.early.get(this.last + 1)) {
      this.early.delete(next.seq);
      this.events.push(next);
    }
  }
}

async function readRunEvents(runID: string, after: number): Promise<RunEvent[]> {
  const answer = await take(
    api.GET("/api/runs/{run_id}/events", { params: { path: { run_id: runID }, query: { after, limit: page } } }),
  );
  return (answer as Schemas["RunEvents"]).events as RunEvent[];
}

/** The events of a run, stored and live. */
export function useRunLog(runID: string): RunLog {
  const [log, setLog] = useState<RunLog>({ events: [], loading: true, error: null });
  const [store, setStore] = useState<RunLogStore | null>(null);
  useEffect(() => {
    let over = false;
    const s = new RunLogStore(runID, (events) => {
      if (!over) setLog({ events, loading: false, error: null });
    });
    setStore(s);
    setLog({ events: [], loading: true, error: null });
    s.fill().then(
      () => over || setLog((l) => ({ ...l, loading: false })),
      (error: Error) => over || setLog((l) => ({ ...l, loading: false, error })),
    );
    return () => {
      over = true;
    };
  }, [runID]);
  useEntries(
    (entries) => store?.add(entries.map((e) => e.event).filter((e): e is RunEvent => e.run_id === runID)),
    () => void store?.fill().catch(() => undefined),
  );
  return log;
}
