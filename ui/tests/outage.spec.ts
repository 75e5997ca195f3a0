import { common } from "../src/text/common";
import { countEvents, expectWholeLog, isLive } from "./events";
import { startRun, untilRun } from "./runs";
import { expect, test, until } from "./server";

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

test("Outage_OtherPagesOpenWhileTheServerIsAway", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(server.url);
  await isLive(page);
  await page.waitForFunction(() => performance.getEntriesByType("resource").some((e) => e.name.includes("/settings-")));
  await server.kill();
  await expect(page.getByText(common.unreachable.title).first()).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "Settings" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText(common.crash.title)).toHaveCount(0);
  await server.up();
  await isLive(page);
  await expect(page.getByText(common.unreachable.title)).toHaveCount(0);
});
