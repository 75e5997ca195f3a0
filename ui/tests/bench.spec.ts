import type { Page } from "@playwright/test";
import { manyScenes, replay } from "./replay";
import { expect, test } from "./server";

/*
 * How long the page takes with very many scenes: the times stand in the output, and only a time that
 * no machine should need fails. BENCH=1 runs it; else it is left out.
 */

const worst = 4000; // ms

/** Does something, and returns how long until the page has drawn it, and its longest task. */
async function measure(page: Page, what: string, act: () => Promise<void>): Promise<void> {
  await page.evaluate(() => {
    const w = window as unknown as { tasks: number[]; seen: number[]; watching?: boolean };
    w.tasks = [];
    w.seen = [];
    if (w.watching) return;
    w.watching = true;
    new PerformanceObserver((l) => l.getEntries().forEach((e) => w.tasks.push(e.duration))).observe({ type: "longtask" });
    new PerformanceObserver((l) => l.getEntries().forEach((e) => w.seen.push(e.duration))).observe({
      type: "event",
      durationThreshold: 16,
    } as PerformanceObserverInit);
  });
  await act();
  const { tasks, seen } = await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)));
    const w = window as unknown as { tasks: number[]; seen: number[] };
    return { tasks: w.tasks, seen: w.seen };
  });
  const longest = Math.max(0, ...tasks);
  const slowest = Math.max(0, ...seen);
  console.log(`${what}: interaction ${Math.round(slowest)} ms, longest task ${Math.round(longest)} ms`);
  expect(Math.max(longest, slowest)).toBeLessThan(worst);
}

test("Timeline_WithFiveHundredScenes @bench", async ({ page, serve }) => {
  test.setTimeout(180_000);
  const server = await serve();
  const run = manyScenes(500);
  console.log(`${run.events.length} events`);
  const address = await replay(page, run);
  const began = Date.now();
  await page.goto(server.url + address);
  const list = page.getByRole("list", { name: "Providers, stages and tries of this run" });
  await expect(list.getByRole("button").first()).toBeVisible();
  console.log(`first rows after ${Date.now() - began} ms`);
  const finished = list.getByRole("button", { name: /scenes finished/ });
  await measure(page, "unfold the finished scenes", () => finished.click());
  await expect(list.getByRole("button", { name: /^Scene 1 / })).toBeVisible();
  for (let i = 0; i < 3; i++) await measure(page, "next row by key", () => page.keyboard.press("j"));
  await measure(page, "open a scene", () => list.getByRole("button", { name: /^Scene 4 / }).click());
  await measure(page, "open its first try", () => list.getByRole("button", { name: /^Try 1 / }).click());
  await measure(page, "scroll", async () => {
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, 2000);
  });
  await measure(page, "order of the script", () => page.getByRole("button", { name: "Problems first" }).click());
});
