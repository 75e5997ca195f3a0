import type { Page } from "@playwright/test";
import { common } from "../src/text/common";
import { run as words } from "../src/text/run";
import { countEvents, expectWholeLog, isLive } from "./events";
import { startRun, untilRun } from "./runs";
import { expect, test, until, type Server } from "./server";

const script = "the_tide_clock.fountain";

test("Outage_AKilledServerIsSaid_AndTheRunGoesOn", async ({ page, serve }) => {
  const server = await serve({ scenario: "long-calls" });
  const { run } = await startRun(server, "Tide", script);
  await page.goto(`${server.url}/runs/${run}/log`);
  await until("the run is at work", async () => (await countEvents(server, run)) > 20);
  await isLive(page);
  await server.kill();
  await expect(page.getByText(common.unreachable.title).first()).toBeVisible();
  await expect(page.locator("html")).toHaveClass(/is-stale/);
  await server.up();
  await isLive(page);
  await expect(page.getByText(common.unreachable.title)).toHaveCount(0);
  await untilRun(server, run, "done");
  await expectWholeLog(page, server, run);
});

/** Waits until a view that is not open has been loaded, with all that it needs: no file has come for half a second. */
async function loaded(page: Page, view: string): Promise<void> {
  let before = 0;
  const settled = async (): Promise<boolean> => {
    const files = await page.evaluate(() =>
      performance.getEntriesByType("resource").flatMap((e) => (e.name.includes("/assets/") ? [e.name] : [])),
    );
    const same = files.length === before;
    before = files.length;
    return same && files.some((name) => name.includes(view));
  };
  await expect.poll(settled, { intervals: [500] }).toBe(true);
}

test("Outage_OtherPagesOpenWhileTheServerIsAway", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(server.url);
  await isLive(page);
  await loaded(page, "/settings-");
  await server.kill();
  await expect(page.getByText(common.unreachable.title).first()).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "Settings" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText(common.crash.title)).toHaveCount(0);
  await server.up();
  await isLive(page);
  await expect(page.getByText(common.unreachable.title)).toHaveCount(0);
});

const calls = Array.from({ length: 120 }, (_, i) => i + 5).join(", ");

/** Each provider is down from its fifth call on: some scenes are done, and no one can answer the others. */
const downFromCallFive = `id: test
name: down-from-call-five
description: All providers are down from their fifth call on.
rules:
  - name: down
    when: {calls: [${calls}]}
    fault: {error: unavailable}
`;

/** Anthropic is down for good, and the others take their time, so that the fallback can be seen. */
const anthropicDown = `id: test
name: anthropic-down
description: Anthropic is down.
pace: {first_event: 1s, tokens_per_second: 100}
rules:
  - name: down
    when: {provider: anthropic}
    fault: {error: overloaded}
`;

/** The prompts that were answered, and so paid. */
async function paid(server: Server): Promise<string[]> {
  const calls = (await server.simulator!.calls()) as { status: number; prompt: string; complete: boolean }[];
  return calls.filter((c) => c.status === 200 && c.complete).map((c) => c.prompt);
}

test("Outage_RetryFailedStageAfterARestartPaysNothingTwice", async ({ page, serve }) => {
  const server = await serve({ scenario: downFromCallFive });
  const { run } = await startRun(server, "Tide", script, { max_wait_seconds: 0 });
  await untilRun(server, run, "failed");
  const before = await paid(server);
  expect(before.length).toBeGreaterThan(1);
  await page.goto(`${server.url}/runs/${run}`);
  await isLive(page);

  await server.kill();
  await expect(page.locator("html")).toHaveClass(/is-stale/);
  await server.simulator!.change("healthy");
  await server.up();
  await isLive(page);

  const heading = page.locator(".band").getByRole("heading", { level: 1 });
  const plan = page.getByRole("dialog");
  await page.getByRole("button", { name: "Retry Failed Stage", exact: true }).first().click();
  await expect(plan).toContainText("Keeps“Read the script”");
  await expect(plan).toContainText(/\d+ of 20 answers of “Find the scenes”/);
  await plan.getByRole("button", { name: "Retry Failed Stage", exact: true }).click();

  await expect(page).toHaveURL(/-retry-\w+$/);
  await expect(heading).toHaveText("Done: 20 scenes.", { timeout: 40_000 });
  const prompts = await paid(server);
  expect(prompts).toEqual(expect.arrayContaining(before));
  expect(new Set(prompts).size).toBe(prompts.length);
});

test("Outage_TheBandNamesTheFallbackThatRuns", async ({ page, serve }) => {
  const server = await serve({ scenario: anthropicDown });
  const { run } = await startRun(server, "Tide", script);
  await page.goto(`${server.url}/runs/${run}`);
  const band = page.locator(".band");
  await expect(band).toContainText(words.pills.fallback);
  await expect(band.getByRole("heading", { level: 1 })).toHaveText(words.titles.fallback("OpenAI", 1));
  await expect(band).toContainText("Anthropic is overloaded");
});
