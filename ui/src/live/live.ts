import { adoptClock, clockState, type ClockState } from "./clock";
import { Connection, readLog, type Entry, type LiveStatus } from "./connection";

/** What tabs send each other. */
type Message =
  | { kind: "entries"; entries: Entry[] }
  | { kind: "status"; status: LiveStatus; position: number | null; version: string | null; clock: ClockState }
  | { kind: "reset"; from: number }
  | { kind: "alive" }
  | { kind: "who" }
  | { kind: "signed-in" };

const name = "cineforge-live"; // of the lock and of the channel
const leaderSilence = 45_000; // ms: the server gives a sign of life every 15 s, which the leader passes on

/**
 * What happens at the server, as it happens, with one connection for all tabs of the browser: the tab
 * that holds a Web Lock has the connection and passes on what it gets by a BroadcastChannel; when it
 * closes, the next tab resumes where it stood. Where the browser has no locks, each tab has its own connection.
 */
export class Live {
  status: LiveStatus = { kind: "connecting" };
  /** The server's version has changed since this page was loaded. */
  outdated = false;

  private position: number | null = null;
  private version: string | null = null;
  private connection: Connection | null = null;
  private channel: BroadcastChannel | null = null;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private readonly entryListeners = new Set<(entries: Entry[]) => void>();
  private readonly statusListeners = new Set<() => void>();
  private readonly resetListeners = new Set<() => void>();

  start(): void {
    if (!("locks" in navigator) || !("BroadcastChannel" in globalThis)) {
      this.lead();
      return;
    }
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = (m: MessageEvent<Message>) => this.receive(m.data);
    this.queue(false);
    this.channel.postMessage({ kind: "who" } satisfies Message);
    this.expectLeader();
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
  onReset(listener: () => void): () => void {
    this.resetListeners.add(listener);
    return () => this.resetListeners.delete(listener);
  }

  /** Connects at once instead of after a pause. */
  hurry(): void {
    if (this.connection) this.connection.hurry();
    else this.post({ kind: "signed-in" });
  }

  /** Waits for the lock, or takes it from a leader that is silent. */
  private queue(steal: boolean): void {
    const held = navigator.locks.request(name, steal ? { steal: true } : {}, () => {
      this.lead();
      return new Promise<void>(() => undefined); // until the tab closes, or another takes it
    });
    held.catch(() => {
      this.connection?.stop();
      this.connection = null;
      this.expectLeader();
      this.queue(false);
    });
  }

  private lead(): void {
    clearTimeout(this.watchdog);
    this.connection = new Connection(
      {
        entries: (entries) => {
          this.post({ kind: "entries", entries });
          this.deliver(entries);
        },
        status: (status) => this.setStatus(status),
        reset: (from) => {
          this.post({ kind: "reset", from });
          this.reset(from);
        },
        version: (version) => this.noteVersion(version),
        alive: () => this.post({ kind: "alive" }),
      },
      this.position,
    );
    this.connection.start();
  }

  private receive(m: Message): void {
    if (m.kind === "who" || m.kind === "signed-in") {
      if (!this.connection) return;
      if (m.kind === "signed-in") this.connection.hurry();
      this.postStatus();
      return;
    }
    if (this.connection) return; // two leaders for an instant: each trusts its own stream
    this.expectLeader();
    switch (m.kind) {
      case "entries":
        this.deliver(m.entries);
        break;
      case "reset":
        this.reset(m.from);
        break;
      case "status":
        adoptClock(m.clock);
        if (m.version !== null) this.noteVersion(m.version);
        void this.catchUp(m.position);
        this.status = m.status;
        this.notify();
        break;
      case "alive":
        break;
    }
  }

  /** A leader that resumed from further on than this tab stands leaves a gap here: read it. */
  private async catchUp(leaderPosition: number | null): Promise<void> {
    if (leaderPosition === null) return;
    if (this.position === null) {
      this.reset(leaderPosition);
      return;
    }
    if (leaderPosition <= this.position) return;
    try {
      this.deliver(await readLog(this.position));
    } catch {
      this.reset(leaderPosition);
    }
  }

  private deliver(entries: Entry[]): void {
    const fresh = entries.filter((e) => this.position === null || e.position > this.position);
    const last = fresh.at(-1);
    if (last === undefined) return;
    this.position = last.position;
    for (const l of this.entryListeners) l(fresh);
  }

  private reset(from: number): void {
    this.position = from;
    for (const l of this.resetListeners) l();
  }

  private setStatus(status: LiveStatus): void {
    this.status = status;
    this.postStatus();
    this.notify();
  }

  private noteVersion(version: string): void {
    if (this.version !== null && this.version !== version) this.outdated = true;
    this.version ??= version;
    this.notify();
  }

  private expectLeader(): void {
    clearTimeout(this.watchdog);
    if (this.status.kind === "signed-out") return; // silent until somebody signs in
    this.watchdog = setTimeout(() => {
      if (!this.connection) this.queue(true);
    }, leaderSilence);
  }

  private postStatus(): void {
    this.post({ kind: "status", status: this.status, position: this.position, version: this.version, clock: clockState() });
  }

  private post(m: Message): void {
    this.channel?.postMessage(m);
  }

  private notify(): void {
    for (const l of this.statusListeners) l();
  }
}
