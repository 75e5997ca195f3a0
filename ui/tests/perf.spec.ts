import { expectWholeLog, isLive } from "./events";
import { startRun, untilRun } from "./runs";
import { expect, test } from "./server";

/*
 * How soon the page shows what happens, and how soon it is there at all. The figures stand in the
 * output; they hold for the machine as it is, with the server, the simulator and the browser on it.
 * BENCH=1 runs it; else it is left out.
 */

const percentile = (sorted: readonly number[], p: number) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)]!;

test("Page_ShowsEventsSoonAfterTheirCommit @bench", async ({ page, serve }) => {
  test.setTimeout(180_000);
  const server = await serve({ scenario: "long-calls" });
  // When each line of the log came into the page, in ms since 1970.
  await page.addInitScript(() => {
    const seen = ((window as unknown as { seen: Record<string, number> }).seen = {});
    const look = () => {
      const now = performance.timeOrigin + performance.now();
      document
        .querySelectorAll<HTMLElement>("li[data-seq]")
        .forEach((li) => ((seen as Record<string, number>)[li.dataset["seq"]!] ??= now));
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  });
  const delays: number[] = [];
  for (const file of ["the_tide_clock.fountain", "lighthouse.md", "night_bus.txt"]) {
    const { run } = await startRun(server, `Story ${file.length}`, file);
    await page.goto(`${server.url}/runs/${run}/log`);
    await isLive(page);
    const open = Date.now();
    await untilRun(server, run, "done");
    const { events } = await server.api<{ events: { seq: number; ts: string }[] }>("GET", `/api/runs/${run}/events`);
    await expectWholeLog(page, server, run);
    const seen = await page.evaluate(() => (window as unknown as { seen: Record<string, number> }).seen);
    for (const e of events) if (Date.parse(e.ts) > open && seen[e.seq]) delays.push(seen[e.seq]! - Date.parse(e.ts));
  }
  delays.sort((a, b) => a - b);
  const [p50, p95, most] = [percentile(delays, 0.5), percentile(delays, 0.95), delays.at(-1)!].map(Math.round);
  console.log(`${delays.length} events, from commit to the page: p50 ${p50} ms, p95 ${p95} ms, most ${most} ms`);
  expect(delays.length).toBeGreaterThanOrEqual(100);
  expect(p95).toBeLessThan(2000); // a machine that does nothing else needs a tenth
});

test("Page_IsThereSoon @bench", async ({ page, serve }) => {
  const server = await serve();
  for (const visit of ["first", "second"]) {
    await page.goto(server.url);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const { first, bytes } = await page.evaluate(() => ({
      first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
      bytes: performance.getEntriesByType("resource").reduce((n, e) => n + (e as PerformanceResourceTiming).transferSize, 0),
    }));
    console.log(`${visit} visit: first contentful paint ${Math.round(first)} ms, ${bytes} bytes`);
  }
});
