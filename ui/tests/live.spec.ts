import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "@playwright/test";
import fc from "fast-check";
import type { LogEvent, RunEvent } from "../src/api/types";
import { Connection, type LiveStatus } from "../src/live/connection";
import type { Entry, Place } from "../src/live/entries";
import { changedBy, Invalidator } from "../src/live/invalidate";
import { SseReader } from "../src/live/sse";
import { RunLogStore } from "../src/run/log";
import { until } from "./server";

const runEvent = (seq: number): RunEvent => ({ run_id: "r", seq, event: "stage_started", ts: `t${seq}` }) as RunEvent;

test("SseReader_ReadsTheSameWhereverChunksEnd", () => {
  const frame = fc.record({ id: fc.option(fc.nat().map(String)), data: fc.json().map((j) => j.replaceAll("\n", " ")) });
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.nat(60)), fc.constantFrom("\n", "\r\n"), (frames, cuts, end) => {
      const text =
        `retry: 2000${end}${end}` +
        frames
          .map((f) => `: still here${end}${end}${f.id === null ? "" : `id: ${f.id}${end}`}data: ${f.data}${end}${end}`)
          .join("");
      const reader = new SseReader();
      const got = [];
      let at = 0;
      for (const cut of cuts) got.push(...reader.read(text.slice(at, (at += cut))));
      got.push(...reader.read(text.slice(at)));
      expect(got).toEqual(frames);
    }),
  );
});

test("RunLogStore_IsGaplessWhateverComesInWhichOrder", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 40 }).chain((n) =>
        fc.record({
          n: fc.constant(n),
          live: fc.array(fc.array(fc.integer({ min: 1, max: Math.max(1, n) }))),
          // What the server does at each reading: how much it has by then, or null if it fails.
          readings: fc.array(fc.option(fc.integer({ min: 0, max: n }))),
        }),
      ),
      async ({ n, live, readings }) => {
        const coming = readings.values();
        let seen: readonly RunEvent[] = [];
        const store = new RunLogStore(
          "r",
          (events) => {
            expect(events.length).toBeGreaterThanOrEqual(seen.length);
            seen = events;
            expect(events.map((e) => e.seq)).toEqual(events.map((_, i) => i + 1));
          },
          async (after) => {
            const reading = coming.next();
            const has = reading.done ? n : reading.value;
            if (has === null) throw new Error("away");
            return Array.from({ length: Math.max(0, has - after) }, (_, i) => runEvent(after + i + 1));
          },
        );
        for (const group of live) {
          if (store.add(group.filter((seq) => seq <= n).map(runEvent))) void store.fill().catch(() => undefined);
          await Promise.resolve();
        }
        for (const _ of [...readings, null]) await store.fill().catch(() => undefined); // as when the server is back
        expect(store.last).toBe(n);
        expect(seen.length).toBe(n);
      },
    ),
  );
});

test("RunLogStore_ReadsAnotherLogAnew", async () => {
  let stored = [1, 2, 3].map(runEvent);
  let seen: readonly RunEvent[] = [];
  const store = new RunLogStore(
    "r",
    (events) => (seen = events),
    async (after) => stored.slice(after),
  );
  await store.fill();
  stored = [{ ...runEvent(1), ts: "other" }];
  await store.restart();
  expect(seen).toEqual(stored);
});

/** A query that is shown, and how often it was asked for. */
function shown(client: QueryClient, queryKey: string[], answer: () => Promise<unknown> = () => Promise.resolve(1)) {
  const asked = { times: 0, end: () => undefined as void };
  const queryFn = () => (asked.times++, answer());
  asked.end = new QueryObserver(client, { queryKey, queryFn, staleTime: 30_000 }).subscribe(() => undefined);
  return asked;
}

test("Invalidator_AsksAtOnceAndNeverStorms", async () => {
  const client = new QueryClient();
  const state = shown(client, ["run", "r", "state"], () => new Promise((r) => setTimeout(r, 20, 1)));
  const other = shown(client, ["run", "other", "state"]);
  await until("both are read", () => client.isFetching() === 0);
  const invalidator = new Invalidator(client, () => 10);
  invalidator.add(runEvent(1));
  await until("the first event is asked for", () => state.times === 2, 1);
  const begin = performance.now();
  let last = 1;
  while (performance.now() - begin < 300) {
    for (let i = 0; i < 50; i++) invalidator.add(runEvent(++last));
    await new Promise((r) => setTimeout(r, 1));
  }
  const asked = state.times;
  // Each round takes 20 ms and rests for 60: in 300 ms there are four, and one that began before.
  expect(asked).toBeLessThanOrEqual(7);
  expect(asked).toBeGreaterThanOrEqual(2);
  await until("the last event is asked for too", () => state.times > asked || client.isFetching() > 0, 1);
  expect(other.times).toBe(1);
  state.end();
  other.end();
  client.clear();
});

test("Invalidator_LeavesWhatNeverChanges", async () => {
  const client = new QueryClient();
  const observer = new QueryObserver(client, { queryKey: ["run", "r", "recipe"], queryFn: () => 1, staleTime: "static" });
  let updates = 0;
  const end = observer.subscribe(() => updates++);
  await until("it is read", () => observer.getCurrentResult().isSuccess);
  const before = updates;
  await client.invalidateQueries();
  expect(updates).toBe(before);
  end();
  client.clear();
});

test("ChangedBy_NamesWhatShowsAnEvent", () => {
  const keys = (e: object) => changedBy(e as LogEvent).map((k) => k.join("/"));
  expect(keys({ event: "attempt_progress", run_id: "r", seq: 4 })).toEqual(["run/r/state"]);
  expect(keys({ event: "stage_waiting", run_id: "r", seq: 5 })).toEqual(["run/r/state", "runs", "projects", "providers"]);
  expect(keys({ event: "pipeline_started", run_id: "r", seq: 1, parent_run_id: "p" })).toContain("run/p");
  expect(keys({ event: "artifact_saved", run_id: "r", seq: 9 })).toEqual(["run/r", "project"]);
  expect(keys({ event: "breaker_changed", run_id: null })).toContain("providers");
  expect(keys({ event: "run_acknowledged", run_id: null, about_run_id: "r" })).toContain("run/r");
  expect(keys({ event: "chat_posted", run_id: null, project_id: "p" })).toContain("project/p");
  expect(keys({ event: "of_a_later_version", run_id: null, project_id: "p" })).toContain("project/p");
});

/** A server whose log a test holds: streams can be cut, refused or held back, pages read. */
class FakeServer {
  log: Entry[] = [];
  version = "1";
  status = 200; // of streams
  pagesStatus = 200;
  held = false; // no byte of a stream arrives
  streams = 0;
  pages = 0;
  private open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  private readonly text = new TextEncoder();

  happen(n: number, mark = ""): void {
    for (let i = 0; i < n; i++) {
      const position = this.log.length + 1;
      const entry = { position, event: { ...runEvent(position), ts: `${mark}${position}` } };
      this.log.push(entry);
      for (const c of this.open) c.enqueue(this.frame(entry));
    }
  }

  cut(): void {
    for (const c of this.open) c.error(new TypeError("cut"));
    this.open.clear();
  }

  garble(): void {
    for (const c of this.open) c.enqueue(this.text.encode("id: 1\ndata: {no json\n\n"));
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input), "http://server");
    const given = url.searchParams.get("after");
    if (url.pathname === "/api/events") {
      this.pages++;
      if (this.pagesStatus !== 200) throw new TypeError("refused");
      return Response.json(this.page(Number(given)));
    }
    this.streams++;
    if (this.status === 0) throw new TypeError("refused");
    if (this.status !== 200) return new Response("{}", { status: this.status });
    const head = this.log.length;
    const position = Math.min(given === null ? head : Number(given), head);
    const hello = {
      event: "hello",
      server_time: new Date().toISOString(),
      version: this.version,
      position,
      head,
      position_ts: this.log[position - 1]?.event.ts ?? null,
    };
    let mine: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (c) => {
        mine = c;
        if (this.held) return;
        c.enqueue(this.text.encode(`retry: 2000\ndata: ${JSON.stringify(hello)}\n\n`));
        for (const e of this.log.slice(position)) c.enqueue(this.frame(e));
        this.open.add(c);
      },
    });
    init?.signal?.addEventListener("abort", () => {
      this.open.delete(mine);
      mine.error(init.signal?.reason);
    });
    return new Response(body);
  };

  private page(after: number) {
    const all = after > this.log.length ? [] : this.log.slice(after);
    const some = all.slice(0, 500);
    const more = some.length === 500;
    return {
      events: some.map((e) => e.event),
      positions: some.map((e) => e.position),
      position: more ? some[499]!.position : this.log.length,
      more,
    };
  }

  private frame = (e: Entry) => this.text.encode(`id: ${e.position}\ndata: ${JSON.stringify(e.event)}\n\n`);
}

const quick = { greeting: 80, silence: 120, grace: 20, pause: 4, longestPause: 30, poll: 5, rest: 20, answer: 100, steady: 0 };

/** A connection to such a server, with what it reported. */
function connect(server: FakeServer, place: Place | null = null) {
  const got = { positions: [] as number[], resets: [] as string[], statuses: [] as LiveStatus[], versions: new Set<string>() };
  const connection = new Connection(
    {
      entries: (entries, after) => {
        expect(entries[0]!.position).toBeGreaterThan(after);
        got.positions.push(...entries.map((e) => e.position));
      },
      status: (s) => got.statuses.push(s),
      reset: (p, why) => got.resets.push(`${why} ${p.position}`),
      version: (v) => got.versions.add(v),
      alive: () => undefined,
    },
    place,
    server.fetch,
    quick,
  );
  connection.start();
  const status = () => got.statuses.at(-1)?.kind;
  return { got, connection, status };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test("Connection_ResumesWithoutGapOrRepeat", async () => {
  const server = new FakeServer();
  server.happen(3);
  const { got, connection, status } = connect(server);
  await until("it is live", () => status() === "live");
  for (let i = 0; i < 5; i++) {
    server.happen(2);
    server.cut();
    server.happen(3);
    await until("all is there", () => got.positions.length === 5 * (i + 1));
  }
  expect(got.positions).toEqual(numbers(4, 28));
  expect(got.resets).toEqual(["first 3"]);
  connection.stop();
});

test("Connection_ReadsPagesWhileStreamsAreRefusedOrHeldBack", async () => {
  for (const trouble of [(s: FakeServer) => (s.status = 503), (s: FakeServer) => (s.held = true)]) {
    const server = new FakeServer();
    trouble(server);
    server.happen(2);
    const { got, connection, status } = connect(server);
    await until("it reads pages", () => status() === "polling");
    server.happen(4);
    await until("what happens is there", () => got.positions.length === 4);
    Object.assign(server, { status: 200, held: false });
    await until("it is live again", () => status() === "live");
    server.happen(1);
    await until("the last one is there", () => got.positions.length === 5);
    expect(got.positions).toEqual(numbers(3, 7));
    connection.stop();
  }
});

test("Connection_SaysSinceWhenNothingAnswers", async () => {
  const server = new FakeServer();
  const { got, connection, status } = connect(server);
  await until("it is live", () => status() === "live");
  const before = Date.now();
  Object.assign(server, { status: 0, pagesStatus: 0 });
  server.cut();
  await until("it is stale", () => status() === "stale");
  const stale = got.statuses.at(-1)!;
  expect("since" in stale && Math.abs(stale.since - before)).toBeLessThan(1500);
  Object.assign(server, { status: 200, pagesStatus: 200, version: "2" });
  await until("it is live again", () => status() === "live");
  expect(got.versions).toEqual(new Set(["1", "2"]));
  connection.stop();
});

test("Connection_NoticesAHalfOpenStream", async () => {
  const server = new FakeServer();
  const { got, connection, status } = connect(server);
  await until("it is live", () => status() === "live");
  const before = server.streams; // from now on not even a sign of life comes
  await until("it began anew", () => server.streams > before);
  server.happen(1);
  await until("it goes on", () => got.positions.length === 1);
  connection.stop();
});

test("Connection_WaitsForASignIn", async () => {
  const server = new FakeServer();
  server.status = 401;
  const { connection, status } = connect(server);
  await until("it is signed out", () => status() === "signed-out");
  const asked = server.streams;
  await new Promise((r) => setTimeout(r, 60));
  expect(server.streams).toBe(asked);
  server.status = 200;
  connection.hurry();
  await until("it is live", () => status() === "live");
  connection.stop();
});

test("Connection_NoticesAnotherLog", async () => {
  for (const restored of [2, 9, 30]) {
    const server = new FakeServer();
    server.happen(9);
    const { got, connection, status } = connect(server);
    await until("it is live", () => status() === "live");
    server.happen(1);
    await until("it has the last one", () => got.positions.length === 1);
    server.log = [];
    server.happen(0);
    server.cut();
    server.log = [];
    server.happen(restored, "other");
    await until("it noticed", () => got.resets.length > 1, 2);
    expect(got.resets[1]).toBe(`replaced ${Math.min(restored, 10)}`);
    connection.stop();
  }
});

test("Connection_JumpsOverANightOfEvents", async () => {
  const server = new FakeServer();
  const { got, connection, status } = connect(server);
  await until("it is live", () => status() === "live");
  server.cut();
  server.happen(100_000);
  await until("it jumped", () => got.resets.includes("missed 100000"));
  server.happen(1);
  await until("it goes on", () => got.positions.at(-1) === 100_001);
  expect(got.positions.length).toBeLessThan(3_000);
  connection.stop();
});

test("Connection_SurvivesAChunkThatIsNoJSON", async () => {
  const server = new FakeServer();
  const { got, connection, status } = connect(server);
  await until("it is live", () => status() === "live");
  server.garble();
  server.happen(2);
  await until("it goes on", () => got.positions.length === 2);
  expect(got.positions).toEqual([1, 2]);
  connection.stop();
});
