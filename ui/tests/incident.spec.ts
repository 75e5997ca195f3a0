import { execFileSync } from "node:child_process";
import type { Page } from "@playwright/test";
import type { Schemas } from "~/api/types";
import { barsFor } from "~/views/incident/chart";
import { startRun, untilRun } from "./runs";
import { expect, test, type Server } from "./server";

const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true }).first();
const incidentOf = (server: Server) => server.api<Schemas["Incident"]>("GET", "/api/incident");

/** A server with a run that waits, since no provider answers. */
async function allDown(serve: (o: { scenario: string }) => Promise<Server>): Promise<Server> {
  const server = await serve({ scenario: "all-down" });
  const { run } = await startRun(server, "The Tide Clock", "the_tide_clock.fountain");
  await untilRun(server, run, "waiting");
  return server;
}

test("Incident_SaysWhichSinceWhenWhatItCostsAndWhatNext", async ({ page, serve }) => {
  const server = await allDown(serve);
  await page.goto(`${server.url}/incident`);

  const summary = region(page, "Summary");
  await expect(summary).toContainText("Anthropic, OpenAI and Google have refused new work since");
  await expect(summary).toContainText("1 run waits");
  await expect(summary).toContainText(/OpenAI is probed at \d\d:\d\d:\d\d\./);
  await expect(summary).not.toContainText("UTC"); // local, with UTC beside it in the tables
  await expect(summary).toContainText(/Failed tries since \d\d:\d\d:\d\d: \d+, which cost \$0\.00/);
  await expect(page.getByText(/^For \d+s, still going on$/)).toBeVisible();

  const first = (await incidentOf(server)).providers[0]!;
  const row = region(page, "Which provider, since when, what next").getByRole("row").nth(1);
  await expect(row).toContainText(new Date(first.since!).toISOString().slice(11, 19) + " UTC");
  await expect(row).toContainText(/Out 503|Probing 503/);
  await expect(region(page, "What to do")).toContainText("Nothing has to be done");

  await region(page, "Runs affected").getByRole("link", { name: "The Tide Clock" }).click();
  await expect(page).toHaveURL(/runs\/run-/);
});

test("Incident_FollowsWhatHappens", async ({ page, serve }) => {
  const server = await allDown(serve);
  await page.goto(`${server.url}/incident`);
  await expect(region(page, "Runs affected")).toContainText("Waiting 1");
  await expect(region(page, "What operators did")).toContainText("Nobody has held");

  await server.api("POST", "/api/providers/anthropic/hold", { reason: "it is down for long" });
  await expect(region(page, "What operators did")).toContainText("“it is down for long”");

  await server.simulator!.change("healthy");
  for (const name of ["openai", "google"]) await server.api("POST", `/api/providers/${name}/probe`, { reason: "it is mended" });
  await expect(region(page, "Runs affected")).not.toContainText("Waiting", { timeout: 20_000 });
});

test("Incident_CopiedIsTheReportOfTheCommandLine", async ({ page, context, serve }) => {
  const server = await serve({ scenario: "anthropic-overload" });
  const { run } = await startRun(server, "The Well", "the_well.txt");
  await untilRun(server, run, "done");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${server.url}/incident`);
  await page.getByRole("button", { name: "Copy as text" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();

  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const program = new URL("../../bin/cineforge", import.meta.url).pathname;
  const printed = execFileSync(program, ["incident", "--server", server.url], {
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC" },
  });
  const timeless = (s: string) => s.replace(/\d\d:\d\d:\d\d/g, "TIME");
  for (const term of ["since", "failures", "attempts", "cost"]) {
    const of = (s: string) =>
      s
        .split("\n")
        .find((l) => l.startsWith(term))!
        .split(";")[0]!;
    expect(timeless(of(copied))).toBe(timeless(of(printed)));
  }
  expect(copied).toContain("PROVIDER");
  expect(copied).toContain("WENT TO ANOTHER PROVIDER");
  expect(copied).toContain((await incidentOf(server)).providers[0]!.last_failure!.request_id!);
});

test("Incident_PrintsOnOnePage", async ({ page, serve }) => {
  const server = await allDown(serve);
  for (let i = 0; i < 8; i++)
    await server.api("POST", "/api/providers/google/hold", { reason: `reason ${i}, and what else there was to say of it` });
  await page.goto(`${server.url}/incident`);
  await expect(region(page, "What operators did")).toContainText("reason 7");

  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g)).toHaveLength(1);
  expect(pdf.toString("latin1")).toMatch(/\/MediaBox \[0 0 84[12][.\d]* 59[456][.\d]*\]/); // A4, across
});

test("Incident_SinceStandsInTheAddress", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  await page.goto(`${server.url}/incident`);
  await expect(page.getByText("All is well", { exact: true })).toBeVisible();
  await expect(region(page, "What you would see here")).toContainText("which one, since when, what it costs");

  await page.getByLabel("Figures since").selectOption("6 hours ago");
  await expect(page).toHaveURL(/since=6h/);
  await page.getByLabel("Figures since").selectOption("a time of your choice");
  const then = new Date(Date.now() - 2 * 3600_000);
  await page.getByLabel("Since when", { exact: true }).fill(new Date(then.getTime() + 3600_000).toISOString().slice(0, 19)); // Berlin is an hour ahead
  await expect(page).toHaveURL(new RegExp(`since=.*${then.toISOString().slice(0, 13)}`));
  await expect(page.locator(".foot")).toContainText(then.toISOString().slice(11, 19));

  await page.goto(`${server.url}/incident?since=nonsense`);
  await expect(page.getByRole("alert")).toContainText("since is neither a time nor a length of time");
});

test("Chart_BarsFitTheTime", () => {
  const minutes = (n: number) => barsFor(0, n * 60_000);
  expect(minutes(1)).toEqual({ bar: 60, window: 20 * 60 });
  expect(minutes(60)).toEqual({ bar: 60, window: 61 * 60 });
  expect(minutes(24 * 60)).toEqual({ bar: 3600, window: 25 * 3600 });
  expect(minutes(31 * 24 * 60).window / minutes(31 * 24 * 60).bar).toBeLessThan(500); // as many buckets as the server gives
});
