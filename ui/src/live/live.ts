import { adoptClock, clockState, onClockJump, serverNow, type ClockState } from "./clock";
import { Connection, type LiveStatus, type Reset } from "./connection";
import { behind, placeOf, readMissed, type Entry, type Place } from "./entries";

/** What tabs send each other. The first four come from the tab that has the connection. */
type Message =
  | { kind: "entries"; entries: Entry[]; after: number }
  | { kind: "reset"; place: Place; why: Reset }
  | { kind: "status"; status: LiveStatus; place: Place | null; version: string | null; clock: ClockState; hidden: boolean }
  | { kind: "alive" }
  | { kind: "who" }
  | { kind: "session" };

const name = "cineforge-live"; // of the lock and of the channel
const leaderSilence = 20_000; // ms: the server gives a sign of life every 15 s, which the leader passes on
const leaderAnswer = 3_000; // ms in which a leader that is asked answers, or is frozen
const restAfter = 30_000; // ms that a tab is hidden before it gives its own stream back
const slack = 2_000; // ms by which clocks and delays may be wrong

/**
 * What happens at the server, as it happens, with one connection for all tabs of the browser: the tab
 * that holds a Web Lock has the connection and passes on what it gets by a BroadcastChannel; when it
 * closes, the next tab resumes where it stood. Where the browser has no locks, as over plain HTTP from
 * another machine, each tab has its own connection, and rests while it is hidden.
 */
export class Live {
  status: LiveStatus = { kind: "connecting" };
  /** The server's version has changed since this page was loaded. */
  outdated = false;

  private place: Place | null = null;
  private version: string | null = null;
  private connection: Connection | null = null;
  private channel: BroadcastChannel | null = null;
  private waiting: AbortController | null = null; // for the lock
  private work = Promise.resolve(); // messages are taken one after another: some have to be waited for
  private leaderTimer: ReturnType<typeof setTimeout> | undefined;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly entryListeners = new Set<(entries: Entry[]) => void>();
  private readonly statusListeners = new Set<() => void>();
  private readonly resetListeners = new Set<(why: Reset) => void>();
  private readonly backListeners = new Set<() => void>();
  private readonly sessionListeners = new Set<() => void>();

  start(): void {
    addEventListener("online", () => this.changed());
    addEventListener("offline", () => this.changed());
    addEventListener("pageshow", (e) => e.persisted && this.changed());
    document.addEventListener("visibilitychange", () => this.seen());
    onClockJump(() => this.connection?.renew());
    if ("BroadcastChannel" in globalThis) {
      this.channel = new BroadcastChannel(name);
      this.channel.onmessage = (m: MessageEvent<Message>) => this.receive(m.data);
    }
    if (!this.shared) {
      this.lead();
      return;
    }
    this.queue();
    this.ask();
  }

  /** Calls back with new entries, in their order, each once. Returns what ends that. */
  onEntries(listener: (entries: Entry[]) => void): () => void {
    this.entryListeners.add(listener);
    return () => this.entryListeners.delete(listener);
  }

  /** Calls back when status or outdated changes. Returns what ends that. */
  readonly onStatus = (listener: () => void): (() => void) => {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  };

  /** Calls back when events may have been missed, so that all has to be read again. Returns what ends that. */
  onReset(listener: (why: Reset) => void): () => void {
    this.resetListeners.add(listener);
    return () => this.resetListeners.delete(listener);
  }

  /** Calls back when the server answers again, or the reader is signed in again: what failed can be tried again. */
  onBack(listener: () => void): () => void {
    this.backListeners.add(listener);
    return () => this.backListeners.delete(listener);
  }

  /** Calls back when somebody signed in or out, in any tab. Returns what ends that. */
  onSession(listener: () => void): () => void {
    this.sessionListeners.add(listener);
    return () => this.sessionListeners.delete(listener);
  }

  /** Says that somebody signed in or out in this tab. */
  sessionChanged(): void {
    this.post({ kind: "session" });
    this.newSession();
  }

  /** Whether tabs share a connection. */
  private get shared(): boolean {
    return this.channel !== null && "locks" in navigator;
  }

  /** The network is another one: what the connection stands on may be gone. */
  private changed(): void {
    this.connection?.renew();
    if (this.shared && !this.connection) this.ask();
  }

  /** The tab is looked at, or no longer. Timers of hidden tabs are slow. */
  private seen(): void {
    clearTimeout(this.restTimer);
    if (!this.shared) {
      if (document.hidden) this.restTimer = setTimeout(() => this.connection?.rest(true), restAfter);
      else this.connection?.rest(false);
    }
    if (document.hidden) return;
    this.connection?.hurry();
    if (this.shared && !this.connection) this.ask();
  }

  /** Waits for the lock, or takes it from a leader that is silent or slow. */
  private queue(steal = false): void {
    this.waiting?.abort();
    const waiting = (this.waiting = new AbortController());
    const granted = () => {
      this.waiting = null;
      this.lead();
      return new Promise<void>(() => undefined); // until the tab closes, or another takes it
    };
    navigator.locks.request(name, steal ? { steal } : { signal: waiting.signal }, granted).catch((cause: unknown) => {
      if (waiting.signal.aborted) return; // this tab asks in another way
      this.connection?.stop();
      this.connection = null;
      if (cause instanceof DOMException && cause.name === "AbortError") {
        this.queue();
        this.heard();
      } else this.lead(); // locks are forbidden here
    });
  }

  private lead(): void {
    clearTimeout(this.leaderTimer);
    this.connection?.stop();
    this.connection = new Connection(
      {
        entries: (entries, after) => {
          this.post({ kind: "entries", entries, after });
          this.deliver(entries);
        },
        status: (status) => {
          this.setStatus(status);
          this.postStatus();
        },
        reset: (place, why) => {
          this.post({ kind: "reset", place, why });
          this.reset(place, why);
        },
        version: (version) => this.noteVersion(version),
        alive: () => this.post({ kind: "alive" }),
      },
      this.place,
    );
    this.connection.start();
  }

  private receive(m: Message): void {
    if (m.kind === "session") return this.newSession();
    if (m.kind === "who") {
      if (this.connection) this.postStatus();
      return;
    }
    if (this.connection) return; // two leaders for an instant, or none is needed: each trusts its own stream
    this.heard();
    this.work = this.work.then(() => this.follow(m)).catch(reportError);
  }

  /** Takes what the leader says. */
  private async follow(m: Message): Promise<void> {
    if (this.connection) return; // this tab leads by now, and reads on from where it stands
    switch (m.kind) {
      case "entries":
        await this.catchUp(m.after);
        this.deliver(m.entries);
        break;
      case "reset":
        this.reset(m.place, m.why);
        break;
      case "status":
        adoptClock(m.clock);
        if (m.version !== null) this.noteVersion(m.version);
        if (m.place !== null && this.place === null) this.reset(m.place, "first");
        else if (m.place !== null) await this.catchUp(m.place.position);
        this.setStatus(m.status);
        if (m.hidden && !document.hidden && this.slow) this.queue(true);
    }
  }

  /** Whether it matters how soon a leader tries again. */
  private get slow(): boolean {
    return this.status.kind === "stale" || this.status.kind === "polling";
  }

  /** Reads what the leader has passed on that this tab did not get, as while it was frozen. */
  private async catchUp(leader: number): Promise<void> {
    if (this.place === null || leader <= this.place.position) return;
    try {
      const missed = await readMissed(this.place, AbortSignal.timeout(leaderAnswer));
      if (missed.kind === "entries") this.deliver(missed.entries);
      else this.reset(missed.place, missed.kind === "replaced" ? "replaced" : "missed");
    } catch {
      this.reset({ position: leader, ts: undefined }, "missed");
    }
  }

  private deliver(entries: Entry[]): void {
    const fresh = behind(this.place, entries);
    const last = fresh.at(-1);
    if (last === undefined) return;
    this.place = placeOf(last);
    for (const l of this.entryListeners) l(fresh);
  }

  private reset(place: Place, why: Reset): void {
    this.place = place;
    // What is read since the page was opened has everything, if nothing has happened since.
    const quiet = typeof place.ts === "string" && serverNow() - Date.parse(place.ts) > performance.now() + slack;
    if (why === "first" && (quiet || place.ts === null)) return;
    for (const l of this.resetListeners) l(why);
  }

  private setStatus(status: LiveStatus): void {
    const was = this.status.kind;
    this.status = status;
    this.notify();
    const away = was === "stale" || was === "signed-out";
    if (away && (status.kind === "live" || status.kind === "polling")) for (const l of this.backListeners) l();
  }

  private newSession(): void {
    this.connection?.hurry();
    for (const l of this.sessionListeners) l();
  }

  private noteVersion(version: string): void {
    if (this.version !== null && this.version !== version) this.outdated = true;
    this.version ??= version;
    this.notify();
  }

  /** The leader gave a sign of life. */
  private heard(): void {
    clearTimeout(this.leaderTimer);
    this.leaderTimer = setTimeout(() => this.ask(), leaderSilence);
  }

  /** Asks the leader how it stands. One that does not answer is frozen, or gone without a word. */
  private ask(): void {
    this.post({ kind: "who" });
    clearTimeout(this.leaderTimer);
    this.leaderTimer = setTimeout(() => !this.connection && this.queue(true), leaderAnswer);
  }

  private postStatus(): void {
    const { status, place, version } = this;
    this.post({ kind: "status", status, place, version, clock: clockState(), hidden: document.hidden });
  }

  private post(m: Message): void {
    this.channel?.postMessage(m);
  }

  private notify(): void {
    for (const l of this.statusListeners) l();
  }
}
