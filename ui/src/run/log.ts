import { useMemo, useSyncExternalStore } from "react";
import { api, take } from "~/api/client";
import type { RunEvent, Schemas } from "~/api/types";
import { useLive } from "~/live/context";
import type { Live } from "~/live/live";

/** The events of a run as far as they are known: gapless from the first on. */
export interface RunLog {
  events: readonly RunEvent[];
  /** The stored events are being read for the first time. */
  loading: boolean;
  /** Why they can't be read. It is tried again by itself. */
  error: Error | null;
}

const page = 1_000; // events
const longestPause = 15_000; // ms before a failed reading is tried again

/**
 * The events of one run, gapless and in order: the stored ones in pages, then those that happen. An
 * event that does not join on is kept until the gap is read.
 */
export class RunLogStore {
  private events: RunEvent[] = [];
  private readonly early = new Map<number, RunEvent>();
  private reading: Promise<void> | null = null;
  private again = false;

  constructor(
    private readonly runID: string,
    private readonly changed: (events: readonly RunEvent[]) => void,
    private readonly read: (after: number) => Promise<RunEvent[]> = (after) => readRunEvents(runID, after),
  ) {}

  /** The number of the last event of the gapless part. */
  get last(): number {
    return this.events.length;
  }

  /** Takes what happens. It returns whether something is missing before it, which fill reads. */
  add(events: readonly RunEvent[]): boolean {
    const before = this.last;
    for (const e of events) if (e.run_id === this.runID) this.take(e);
    if (this.last > before) this.changed(this.events.slice());
    return this.early.size > 0;
  }

  /** Reads the stored events behind the last one. It fails with an ApiError. */
  fill(): Promise<void> {
    this.again = true; // what is being read may be of before
    this.reading ??= this.readOn().finally(() => (this.reading = null));
    return this.reading;
  }

  /** Reads everything anew: the log is another one. */
  restart(): Promise<void> {
    this.events = [];
    this.early.clear();
    return this.fill();
  }

  private async readOn(): Promise<void> {
    while (this.again) {
      this.again = false;
      for (let more = true; more; ) {
        const before = this.events;
        const got = await this.read(this.last);
        if (before !== this.events) break; // it began anew meanwhile
        more = got.length >= page;
        if (this.add(got) && got.length === 0) return; // the server does not have what is missing
      }
    }
  }

  private take(e: RunEvent): void {
    if (e.seq <= this.last) return;
    this.early.set(e.seq, e);
    for (let next = this.early.get(this.last + 1); next !== undefined; next = this.early.get(this.last + 1)) {
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

/** A run's log as components use it: it follows what happens while it is subscribed to. */
class FollowedLog {
  log: RunLog = { events: [], loading: true, error: null };
  private readonly store: RunLogStore;
  private readonly listeners = new Set<() => void>();
  private ends: (() => void)[] = [];
  private retry: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(
    runID: string,
    private readonly live: Live,
  ) {
    this.store = new RunLogStore(runID, (events) => this.set({ events }));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.start();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  };

  private start(): void {
    this.ends = [
      this.live.onEntries((entries) => {
        if (this.store.add(entries.map((e) => e.event).filter((e): e is RunEvent => "seq" in e))) this.fill();
      }),
      this.live.onReset((why) => this.read(why === "replaced" ? this.store.restart() : this.store.fill())),
      this.live.onBack(() => this.fill()),
      this.live.onSession(() => this.fill()),
    ];
    this.fill();
  }

  private stop(): void {
    this.ends.forEach((end) => end());
    clearTimeout(this.retry);
  }

  private fill(): void {
    this.read(this.store.fill());
  }

  private read(done: Promise<void>): void {
    clearTimeout(this.retry);
    done.then(
      () => {
        this.failures = 0;
        this.set({ loading: false, error: null });
      },
      (error: Error) => {
        this.set({ loading: false, error });
        if (this.listeners.size === 0) return;
        this.retry = setTimeout(() => this.fill(), Math.min(longestPause, 1000 * 2 ** this.failures++));
      },
    );
  }

  private set(change: Partial<RunLog>): void {
    const log = { ...this.log, ...change };
    if (log.events === this.log.events && log.loading === this.log.loading && log.error === this.log.error) return;
    this.log = log;
    for (const l of this.listeners) l();
  }
}

/** The events of a run, stored and live. */
export function useRunLog(runID: string): RunLog {
  const live = useLive();
  const followed = useMemo(() => new FollowedLog(runID, live), [runID, live]);
  return useSyncExternalStore(followed.subscribe, () => followed.log);
}
