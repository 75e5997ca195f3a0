import { ApiError } from "~/api/client";
import type { Schemas } from "~/api/types";
import { noteServerTime, serverNow } from "./clock";
import { behind, mostMissed, placeOf, readMissed, readPage, theEnd, topics, type Entry, type Place } from "./entries";
import { SseReader } from "./sse";

/** How the page learns of what happens. Times are the server's, in ms since 1970. */
export type LiveStatus =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "polling" } // the stream is broken, pages of the log are read instead
  | { kind: "stale"; since: number } // nothing is answered; when the server was last known to answer
  | { kind: "signed-out"; since: number };

/** Why what is known of the log is not complete. */
export type Reset =
  | "first" // it begins here
  | "missed" // too much happened meanwhile to be read one by one
  | "replaced"; // it is another log, as after an older copy of the database was put back

/** What a connection reports. */
export interface Listener {
  /** New entries, in order; what is between after and the first one does not concern the page. */
  entries(entries: Entry[], after: number): void;
  status(status: LiveStatus): void;
  /** What is before place is not known to be complete. */
  reset(place: Place, why: Reset): void;
  version(version: string): void;
  /** A sign of life without an entry. */
  alive(): void;
}

/** Times in ms. */
const usual = {
  greeting: 8_000, // until a stream's first byte; longer, and something on the way holds it back
  silence: 20_000, // without a byte: the server sends one every 15 s
  grace: 2_000, // in which a broken stream may be resumed before the page asks in other ways
  pause: 500, // before a new attempt; doubles
  longestPause: 15_000,
  poll: 2_000,
  rest: 15_000, // between two pages while nobody sees the tab
  answer: 5_000, // until a page of the log is there
  steady: 5_000, // how long a stream lasts before earlier failures are forgotten
};

type End = "failed" | "again" | "signed-out";

/**
 * One stream of all events, kept alive for ever: it resumes behind the last entry without gap or
 * repeat, waits longer after each failure but never gives up, and reads pages of the log while the
 * stream can't be had. EventSource can't do that: it hides statuses, signs of life, and ends for good on an error.
 */
export class Connection {
  private readonly times: typeof usual;
  private failures = 0; // in a row
  private stopped = false;
  private resting = false;
  private following = false; // a stream that was greeted is under way
  private stream: AbortController | null = null;
  private polling: AbortController | null = null;
  private wake: (() => void) | null = null;
  private status: LiveStatus["kind"] = "connecting";
  private lastByte = performance.now();
  private answered = serverNow();

  constructor(
    private readonly listener: Listener,
    private place: Place | null = null, // the last entry that is known
    private readonly request: typeof fetch = (input, init) => fetch(input, init),
    times: Partial<typeof usual> = {},
  ) {
    this.times = { ...usual, ...times };
  }

  /** Starts the connection; it ends with stop. */
  start(): void {
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    this.stream?.abort();
    this.endPolling();
    this.wake?.();
  }

  /** Ends a pause: somebody signed in, or looks at the page. A stream that is silent for too long begins anew. */
  hurry(): void {
    if (this.wake) this.wake();
    else if (performance.now() - this.lastByte > this.times.silence) this.renew();
  }

  /** Begins the stream anew: the network or the clock is another one. */
  renew(): void {
    this.wake?.();
    this.stream?.abort("again");
  }

  /** While a tab rests it holds no stream, and reads a page of the log now and then. */
  rest(on: boolean): void {
    if (this.resting === on) return;
    this.resting = on;
    this.renew();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const end = this.resting ? await this.lookIn() : await this.follow();
      if (this.stopped) return;
      if (end === "again") continue;
      if (end === "signed-out") {
        this.failures = 0;
        this.endPolling();
        this.report({ kind: "signed-out", since: this.answered });
        await this.pause(Infinity);
        continue;
      }
      await this.pause(this.failed());
    }
  }

  /** Counts a failure, and returns how long to wait. */
  private failed(): number {
    this.failures++;
    if (this.failures === 1) {
      // A server that restarts, or a proxy that cuts long answers: come back before anybody notices.
      setTimeout(() => !this.following && this.startPolling(), this.times.grace);
      return this.times.pause * Math.random();
    }
    this.startPolling();
    return Math.min(this.times.longestPause, this.times.pause * 2 ** this.failures) * (0.5 + Math.random() / 2);
  }

  /** Follows the stream until it ends. */
  private async follow(): Promise<End> {
    const asked = performance.now();
    const stream = (this.stream = new AbortController());
    let greeted = Infinity;
    let watchdog = setTimeout(() => stream.abort(), this.times.greeting);
    const after = this.place === null ? "" : `&after=${this.place.position}`;
    try {
      const response = await this.request(`/api/events/stream?topics=${topics}${after}`, {
        headers: { Accept: "text/event-stream", "Cineforge-Client": "page" },
        signal: stream.signal,
        cache: "no-store",
      });
      if (response.status === 401) return "signed-out"; // a 503 for too many streams is a failure like others: pages are read
      if (!response.ok || response.body === null) return "failed";
      const reader = new SseReader();
      const chunks = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await chunks.read();
        if (done || this.stopped) return "failed";
        clearTimeout(watchdog);
        watchdog = setTimeout(() => stream.abort(), this.times.silence);
        this.lastByte = performance.now();
        const entries: Entry[] = [];
        for (const frame of reader.read(value)) {
          const data = JSON.parse(frame.data) as Entry["event"] | Schemas["Hello"];
          if (data.event !== "hello") {
            if (frame.id !== null) entries.push({ position: Number(frame.id), event: data as Entry["event"] });
            continue;
          }
          if (!this.greet(data as Schemas["Hello"], performance.now() - asked)) return "again";
          greeted = performance.now();
        }
        this.answered = serverNow();
        if (entries.length > 0) this.deliver(entries);
        else this.listener.alive();
      }
    } catch {
      // The way broke, or a chunk was no JSON.
      return stream.signal.reason === "again" ? "again" : "failed";
    } finally {
      clearTimeout(watchdog);
      stream.abort();
      this.following = false;
      if (performance.now() - greeted > this.times.steady) this.failures = 0; // one that is cut at once counts
    }
  }

  /** Takes a greeting. It returns false if the stream has to begin further on, since too much was missed. */
  private greet(hello: Schemas["Hello"], roundTrip: number): boolean {
    noteServerTime(hello.server_time, roundTrip);
    this.answered = serverNow();
    this.listener.version(hello.version);
    const here = { position: hello.position, ts: hello.position_ts };
    if (this.place === null) this.reset(here, "first");
    else if (isOther(this.place, here)) this.reset(here, "replaced");
    const far = hello.head - hello.position > mostMissed;
    if (far) this.reset({ position: hello.head, ts: undefined }, "missed");
    this.endPolling();
    this.following = true;
    this.report({ kind: "live" });
    return !far;
  }

  private reset(place: Place, why: Reset): void {
    this.place = place;
    this.listener.reset(place, why);
  }

  private deliver(entries: Entry[]): void {
    const after = this.place?.position ?? 0;
    const fresh = behind(this.place, entries);
    const last = fresh.at(-1);
    if (last === undefined) return;
    this.place = placeOf(last);
    this.listener.entries(fresh, after);
  }

  /** Reads pages of the log until a stream is there, so that the page stays true meanwhile. */
  private startPolling(): void {
    if (this.polling !== null || this.stopped || this.resting) return;
    const polling = (this.polling = new AbortController());
    void (async () => {
      while (!polling.signal.aborted) {
        const wasStale = this.status === "stale";
        const answered = await this.poll(polling.signal);
        if (polling.signal.aborted) return;
        this.report(answered ? { kind: "polling" } : { kind: "stale", since: this.answered });
        if (answered && wasStale) this.wake?.(); // the server is back: try the stream at once
        await new Promise((resolve) => setTimeout(resolve, this.times.poll));
      }
    })();
  }

  private endPolling(): void {
    this.polling?.abort();
    this.polling = null;
  }

  /** Reads what was missed. It returns whether the server answered. */
  private async poll(ended: AbortSignal): Promise<boolean> {
    const signal = AbortSignal.any([ended, AbortSignal.timeout(this.times.answer)]);
    try {
      if (this.place === null) {
        const end = await readPage(theEnd, signal, this.request);
        if (ended.aborted || this.stopped) return false;
        this.reset({ position: end.position, ts: undefined }, "first");
      } else {
        const missed = await readMissed(this.place, signal, this.request);
        if (ended.aborted || this.stopped) return false;
        if (missed.kind === "entries") this.deliver(missed.entries);
        else this.reset(missed.place, missed.kind === "replaced" ? "replaced" : "missed");
      }
      this.answered = serverNow();
      return true;
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 401) this.wake?.(); // the stream says so too
      return false;
    }
  }

  /** Of a tab that rests: reads a page, and waits. */
  private async lookIn(): Promise<End> {
    this.endPolling();
    const answered = await this.poll(new AbortController().signal);
    this.report(answered ? { kind: "polling" } : { kind: "stale", since: this.answered });
    await this.pause(this.times.rest);
    return "again";
  }

  private report(status: LiveStatus): void {
    if (status.kind === this.status || this.stopped) return;
    this.status = status.kind;
    this.listener.status(status);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake = null;
        resolve();
      };
      const timer = ms === Infinity ? undefined : setTimeout(done, ms);
      this.wake = done;
    });
  }
}

/** Whether two places of one number are of two logs. */
function isOther(known: Place, found: Place): boolean {
  return known.position !== found.position || (!!known.ts && !!found.ts && known.ts !== found.ts);
}
