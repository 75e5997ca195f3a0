import { mkdirSync, writeFileSync } from "node:fs";
import { expect, type Browser, type Page } from "@playwright/test";
import { startRun, untilRun } from "./runs";
import { Server, test, until } from "./server";

const docs = new URL("../../docs/", import.meta.url);

/** Writes what a browser shows to docs/, small: as WebP, which Chromium writes itself. */
async function picture(page: Page, name: string, quality: number, scale = 1): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const clip = { x: 0, y: await page.evaluate(() => scrollY), ...page.viewportSize()!, scale };
  const { data } = (await browser.send("Page.captureScreenshot", { format: "webp", quality, clip })) as { data: string };
  writeFileSync(new URL(`${name}.webp`, docs), Buffer.from(data, "base64"));
}

/** Opens an address, and waits until the view is whole. */
async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await expect(page.locator(".skel")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}

/** Anthropic is overloaded after 12 s, and OpenAI reaches its rate limit after some scenes. */
const outage = `id: pictures
name: outage
description: Anthropic is overloaded after a while, and OpenAI reaches its rate limit.
pace: {first_event: 800ms, tokens_per_second: 15}
rules:
  - name: overloaded
    when: {provider: anthropic, after: 12s}
    fault: {error: overloaded}
  - name: limited
    when: {provider: openai, after: 20s}
    fault: {error: rate_limit, retry_after: 62s}
`;

/** The addresses of a run that goes through an outage, half a minute after it began. */
async function inOutage(server: Server): Promise<Record<string, string>> {
  const { run, project, file } = await startRun(server, "The Tide Clock", "the_tide_clock.fountain", {
    without_providers: ["google"],
  });
  await until(
    "the run waits after several tries",
    async () => {
      const { events } = await server.api<{ events: { event: string }[] }>("GET", `/api/runs/${run}/events`);
      return events.filter((e) => e.event === "attempt_failed").length >= 9;
    },
    90,
  );
  await untilRun(server, run, "waiting");
  return {
    home: "/",
    "new-run": `/new?project=${project}&input=${file}`,
    run: `/runs/${run}`,
    "run-log": `/runs/${run}/log?show=problems`,
    providers: "/providers",
    incident: "/incident",
  };
}

/** The addresses of runs that are done and failed, and of a drill. */
async function ended(server: Server): Promise<Record<string, string>> {
  const done = await startRun(server, "The Tide Clock", "the_tide_clock.fountain");
  await untilRun(server, done.run, "done");
  const drill = { project_id: done.project, input_file: done.file, drill: "one-500", accept_config: true };
  await server.api("POST", "/api/runs/start", drill);
  await server.simulator!.change("out-of-credit");
  const failed = await startRun(server, "Lighthouse", "lighthouse.md", { without_providers: ["google"] });
  await untilRun(server, failed.run, "failed", "paused");
  return {
    project: `/projects/${done.project}`,
    "run-failed": `/runs/${failed.run}`,
    "run-compare": `/runs/${failed.run}/compare?with=${done.run}`,
    results: `/runs/${done.run}/results`,
    script: `/runs/${done.run}/script`,
    drills: "/drills",
    recipe: "/recipes/mvp_ingest",
    settings: "/settings",
  };
}

/** Takes views in both sizes and themes. */
async function pictures(browser: Browser, at: string, views: Record<string, string>): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    for (const [name, address] of Object.entries(views)) {
      for (const [width, height] of [
        [1440, 900],
        [390, 844],
      ] as const) {
        await page.setViewportSize({ width, height });
        await open(page, at + address);
        await picture(page, `pictures/${name}-${width}-${colorScheme}`, 35, 0.6);
      }
    }
    await context.close();
  }
}

test("Pictures_OfEachView", async ({ browser, serve }) => {
  test.setTimeout(300_000);
  mkdirSync(new URL("pictures/", docs), { recursive: true });
  const server = await serve({ scenario: outage });
  const views = await inOutage(server);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
  const page = await context.newPage();
  await open(page, server.url + views["run"]!);
  await picture(page, "page", 80);
  await pictures(browser, server.url, views);
  const other = await serve({ scenario: "healthy" });
  await pictures(browser, other.url, await ended(other));
});
