import { readFileSync } from "node:fs";
import type { Page, Route } from "@playwright/test";
import { inaccessible } from "./axe";
import { startRun, untilRun } from "./runs";
import { expect, test, type Server } from "./server";

interface Event {
  seq: number;
  ts: string;
  run_id: string;
  event: string;
  message: string;
  error_class?: string;
  unit?: string;
  attempt?: number;
}

const eventsOf = async (server: Server, run: string): Promise<Event[]> =>
  (await server.api<{ events: Event[] }>("GET", `/api/runs/${run}/events`)).events;

const lines = (page: Page) =>
  page
    .getByRole("group", { name: "Events of the run" })
    .getByRole("listitem")
    .filter({ has: page.getByRole("button", { name: /^Details of event/ }) }); // and no line that begins a day
const line = (page: Page, seq: number) => page.locator(`[data-seq="${seq}"]`);

/** A run that met an overload, and is done. */
async function overloaded(server: Server): Promise<{ run: string; events: Event[]; failed: Event }> {
  const { run } = await startRun(server, "Tide", "the_tide_clock.fountain");
  await untilRun(server, run, "done");
  const events = await eventsOf(server, run);
  return { run, events, failed: events.find((e) => e.event === "attempt_failed")! };
}

test("Log_FiltersStandInItsAddress", async ({ page, serve }) => {
  const server = await serve({ scenario: "anthropic-overload" });
  const { run, events } = await overloaded(server);
  await page.goto(`${server.url}/runs/${run}/log`);
  await expect(page.getByText(`${events.length} events`, { exact: true })).toBeVisible();

  await page.getByRole("button", { name: /^Problems/ }).click();
  await expect(page).toHaveURL(/show=problems/);
  const problems = events.filter((e) => ["attempt_failed", "breaker_opened"].includes(e.event));
  await expect(lines(page)).toHaveCount(problems.length);

  await page.keyboard.press("/");
  await page.keyboard.type("sonnet scene_002");
  await expect(page).toHaveURL(/q=sonnet/);
  await expect(lines(page)).toHaveCount(1);

  await page.reload(); // a link leads to what its sender saw
  await expect(lines(page)).toHaveCount(1);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("combobox", { name: "Provider" }).selectOption("openai");
  await expect(page).not.toHaveURL(/show=/);
  await expect(lines(page).first()).toContainText("OpenAI");
});

test("Log_LinkLeadsToAnEventWithAllThatIsKnownOfIt", async ({ page, serve }) => {
  const server = await serve({ scenario: "anthropic-overload" });
  const { run, events, failed } = await overloaded(server);
  const last = events.findLast((e) => e.event === "attempt_finished")!;
  await page.goto(`${server.url}/runs/${run}/log?seq=${last.seq}`);
  await expect(line(page, last.seq)).toBeInViewport();
  await expect(line(page, last.seq)).toHaveAttribute("aria-current", "true");

  await page.keyboard.press("k");
  await expect(page).toHaveURL(new RegExp(`seq=${last.seq - 1}(&|$)`));
  await page.keyboard.press("Enter");
  await expect(line(page, last.seq - 1).getByRole("region")).toBeVisible();

  await page.goto(`${server.url}/runs/${run}/log?seq=${failed.seq}&detail=open`);
  const detail = line(page, failed.seq).getByRole("region", { name: `Event ${failed.seq}` });
  await expect(detail).toContainText("The provider is overloaded.");
  await expect(detail).toContainText("http_status529");
  await expect(detail.getByRole("link", { name: "Show in timeline" })).toHaveAttribute(
    "href",
    `/runs/${run}?stage=extract_scenes&unit=${failed.unit}&attempt=${failed.attempt}`,
  );
  expect(await inaccessible(page)).toEqual([]);
  await detail.getByRole("button", { name: "Raw JSON" }).click();
  expect(JSON.parse(await detail.locator("pre").innerText())).toEqual(failed);

  // A link to what the filters hide says so.
  await page.goto(`${server.url}/runs/${run}/log?seq=1&show=problems`);
  await expect(page.getByText("Event 1 is hidden by the filters.")).toBeVisible();
});

test("Log_DownloadHasAllEvents", async ({ page, serve }) => {
  const server = await serve();
  const { run } = await startRun(server, "Tide", "the_tide_clock.fountain");
  await untilRun(server, run, "done");
  await page.goto(`${server.url}/runs/${run}/log`);
  const downloading = page.waitForEvent("download");
  await page.getByTitle("All events of this run as NDJSON").click();
  const file = await downloading;
  expect(file.suggestedFilename()).toBe(`${run}-events.ndjson`);
  const kept = readFileSync(await file.path(), "utf8")
    .trimEnd()
    .split("\n");
  expect(kept.map((l) => JSON.parse(l) as Event)).toEqual(await eventsOf(server, run));
});

test("Log_HoldsThousandsOfEvents", async ({ page, serve }) => {
  const server = await serve();
  const { run } = await startRun(server, "Tide", "the_tide_clock.fountain");
  await untilRun(server, run, "done");
  const many = 5000;
  await page.route(`**/api/runs/${run}/events?*`, (route: Route) => {
    const after = Number(new URL(route.request().url()).searchParams.get("after"));
    const events = Array.from({ length: Math.min(1000, many - after) }, (_, i) => synthetic(run, after + i + 1));
    return route.fulfill({ json: { run_id: run, events } });
  });
  await page.goto(`${server.url}/runs/${run}/log`);
  await expect(page.getByText("5,000 events", { exact: true })).toBeVisible();
  expect(await lines(page).count()).toBeLessThan(100);

  await page.getByRole("group", { name: "Events of the run" }).evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await expect(line(page, many)).toContainText(`The answer ${many} came.`);
  expect(await lines(page).count()).toBeLessThan(100);

  await page.getByRole("searchbox", { name: "Search the log" }).fill("answer 4321");
  await expect(lines(page)).toHaveCount(1);
  await expect(lines(page)).toContainText("The answer 4321 came.");
});

function synthetic(run: string, seq: number): Event {
  const ts = new Date(Date.parse("2026-11-29T20:00:00Z") + seq * 1000).toISOString();
  return { seq, ts, run_id: run, event: "later_kind", message: `The answer ${seq} came.` };
}

test("Log_FollowsUntilItIsScrolledUp", async ({ page, serve }) => {
  const server = await serve({ scenario: "slow" });
  const { run } = await startRun(server, "Tide", "the_tide_clock.fountain");
  await page.setViewportSize({ width: 1440, height: 560 }); // few lines, so that the first events fill it
  await page.goto(`${server.url}/runs/${run}/log`);
  const follow = page.getByRole("switch", { name: "Follow" });
  await expect(follow).toBeChecked();
  const box = page.getByRole("group", { name: "Events of the run" });
  await expect.poll(() => box.evaluate((b) => b.scrollTop)).toBeGreaterThan(100);

  await box.hover();
  await page.mouse.wheel(0, -400);
  await expect(follow).not.toBeChecked();
  await page.getByRole("button", { name: /new events?$/ }).click();
  await expect(follow).toBeChecked();
  await expect.poll(() => box.evaluate((b) => b.scrollHeight - b.scrollTop - b.clientHeight)).toBeLessThan(40);
});
