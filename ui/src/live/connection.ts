import { apiError, type ApiError } from "~/api/client";
import type { LogEvent } from "~/api/types";
import { noteServerTime } from "./clock";
import { SseReader } from "./sse";

/** An event and where it stands in the server's log. */
export interface Entry {
  position: number;
  event: LogEvent;
}

/** How the page learns of what happens. */
export type LiveStatus =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "polling"; since: number } // the stream is broken, pages of the log are read instead
  | { kind: "stale"; since: number } // nothing is answered; since when, in ms of this machine
  | { kind: "signed-out" };

/** What a connection reports. */
export interface Listener {
  entries(entries: Entry[]): void;
  status(status: LiveStatus): void;
  /** The stream begins anew: what is before from is not known to be complete. */
  reset(from: number): void;
  version(version: string): void;
  /** Bytes arrived, be they only a sign of life. */
  alive(): void;
}

const topics = "runs,providers,projects,inputs,artifacts,chat";
const firstPause = 500; // ms before the first new attempt; doubles
const longestPause = 15_000; // ms
const silence = 35_000; // ms without a byte: the server sends one every 15 s
const failuresBeforePolling = 2;
const pollEvery = 2_000; // ms

/**
 * One stream of all events, kept alive for ever: it resumes behind the last entry without gap or
 * repeat, waits longer after each failure but never gives up, and reads pages of the log while the
 * stream can't be had. EventSource can't do that: it hides statuses, signs of life, and ends for good on an error.
 */
export class Connection {
  private failures = 0;
  private stopped = new AbortController();
  private wake: (() => void) | null = null;
  private staleSince: number | null = null;

  constructor(
    private readonly listener: Listener,
    private position: number | null = null, // the last entry that is known
    private readonly request: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  /** Starts the connection; it ends with stop. */
  start(): void {
    addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.seen);
    void this.run();
  }

  stop(): void {
    this.stopped.abort();
    removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.seen);
    this.wake?.();
  }

  /** Ends a pause: the network is back, the page is seen again, somebody signed in. */
  readonly hurry = (): void => this.wake?.();

  private readonly seen = (): void => {
    if (document.visibilityState === "visible") this.hurry();
  };

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const error = await this.stream();
      if (this.stopped.signal.aborted) return;
      if (error?.status === 401) {
        this.listener.status({ kind: "signed-out" });
        await this.pause(Infinity);
        continue;
      }
      this.failures++;
      this.staleSince ??= Date.now();
      if (this.failures === 1) {
        // A server that restarts, or a proxy that cuts long answers: come back before anybody notices.
        await this.pause(firstPause * Math.random());
        continue;
      }
      if (this.failures <= failuresBeforePolling) this.listener.status({ kind: "stale", since: this.staleSince });
      const limit = Math.min(longestPause, firstPause * 2 ** this.failures);
      await this.pollFor(limit * (0.5 + Math.random() / 2));
    }
  }

  /** Follows the stream until it breaks. Returns why, null if it only ended. */
  private async stream(): Promise<ApiError | null> {
    const asked = performance.now();
    const broken = new AbortController();
    let watchdog = setTimeout(() => broken.abort(), silence);
    const after = this.position === null ? "" : `&after=${this.position}`;
    try {
      const response = await this.request(`/api/events/stream?topics=${topics}${after}`, {
        headers: { Accept: "text/event-stream", "Cineforge-Client": "page" },
        signal: AbortSignal.any([broken.signal, this.stopped.signal]),
        cache: "no-store",
      });
      if (!response.ok || response.body === null) return apiError(response, await response.json().catch(() => null));
      const reader = new SseReader();
      const chunks = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let first = true; ; first = false) {
        const { done, value } = await chunks.read();
        if (done) return null;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => broken.abort(), silence);
        this.listener.alive();
        const frames = reader.read(value);
        const entries: Entry[] = [];
        for (const frame of frames) {
          const data = JSON.parse(frame.data) as
            | LogEvent
            | { event: "hello"; server_time: string; version: string; position: number };
          if (data.event === "hello") this.greet(data, performance.now() - asked, first);
          else if (frame.id !== null) entries.push({ position: Number(frame.id), event: data });
        }
        this.deliver(entries);
      }
    } catch {
      return null; // the way broke, or a chunk was no JSON
    } finally {
      clearTimeout(watchdog);
    }
  }

  private greet(hello: { server_time: string; version: string; position: number }, roundTrip: number, first: boolean): void {
    if (first) noteServerTime(hello.server_time, roundTrip);
    this.listener.version(hello.version);
    if (this.position === null || hello.position < this.position) {
      // The first greeting; or the log is shorter than it was: an older copy was put back.
      this.position = hello.position;
      this.listener.reset(hello.position);
    }
    this.failures = 0;
    this.staleSince = null;
    this.listener.status({ kind: "live" });
  }

  private deliver(entries: Entry[]): void {
    const fresh = entries.filter((e) => e.position > (this.position ?? -1));
    const last = fresh.at(-1);
    if (last === undefined) return;
    this.position = last.position;
    this.listener.entries(fresh);
  }

  /** Reads pages of the log for a time, so that the page stays true while the stream can't be had. */
  private async pollFor(ms: number): Promise<void> {
    const end = performance.now() + ms;
    let woken = false;
    while (!woken && !this.stopped.signal.aborted && performance.now() < end) {
      if (this.failures >= failuresBeforePolling && (await this.poll())) {
        this.listener.status({ kind: "polling", since: this.staleSince ?? Date.now() });
      } else if (this.staleSince !== null) {
        this.listener.status({ kind: "stale", since: this.staleSince });
      }
      woken = await this.pause(Math.min(pollEvery, Math.max(0, end - performance.now())));
    }
  }

  private async poll(): Promise<boolean> {
    if (this.position === null) return false;
    try {
      const page = await readLog(this.position, this.request, this.stopped.signal);
      this.deliver(page);
      return true;
    } catch {
      return false;
    }
  }

  /** Waits, and returns whether hurry ended it. */
  private pause(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = ms === Infinity ? undefined : setTimeout(() => done(false), ms);
      const done = (woken: boolean) => {
        clearTimeout(timer);
        this.wake = null;
        resolve(woken);
      };
      this.wake = () => done(true);
    });
  }
}

/** Reads all entries of the log behind a position. */
export async function readLog(after: number, request: typeof fetch = fetch, signal?: AbortSignal): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let more = true; more; ) {
    const response = await request(`/api/events?topics=${topics}&after=${after}`, {
      headers: { "Cineforge-Client": "page" },
      signal: signal ?? null,
      cache: "no-store",
    });
    if (!response.ok) throw apiError(response, await response.json().catch(() => null));
    const page = (await response.json()) as { events: LogEvent[]; positions: number[]; position: number; more: boolean };
    page.events.forEach((event, i) => entries.push({ position: page.positions[i]!, event }));
    after = page.position;
    more = page.more;
  }
  return entries;
}
