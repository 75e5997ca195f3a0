import type { Page } from "@playwright/test";
import { startRun, untilRun } from "./runs";
import { expect, test, type Server } from "./server";

const script = "the_tide_clock.fountain";

/** Opens a run. */
async function open(page: Page, server: Server, run: string): Promise<void> {
  await page.goto(`${server.url}/runs/${run}`);
  await expect(heading(page)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
}

const heading = (page: Page) => page.locator(".band").getByRole("heading", { level: 1 });
const state = (server: Server, run: string) =>
  server.api<{ state: { next_attempt_at: number | null } }>("GET", `/api/runs/${run}/state`);

test("Run_FallbackIsSaidWhenAProviderIsOverloaded", async ({ page, serve }) => {
  const server = await serve({ scenario: "anthropic-overload" });
  const { run } = await startRun(server, "Tide", script);
  await untilRun(server, run, "done");
  await open(page, server, run);

  await expect(heading(page)).toHaveText("Done: 20 scenes.");
  await expect(page.getByText("Used OpenAI for 20 scenes because Anthropic was overloaded.")).toBeVisible();
  await expect(page).toHaveTitle(/^✓ Tide, run /);
  await expect(page.getByRole("definition").filter({ hasText: "20 of 20" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Show the results" })).toBeVisible();

  await page.keyboard.press("2");
  await expect(page).toHaveURL(/\/log$/);
  await expect(page.getByRole("navigation", { name: "Run" }).getByRole("link", { name: /^Log/ })).toHaveAttribute(
    "aria-current",
    "page",
  );
});

test("Run_WaitsWithACountdownAndFinishesByItself", async ({ page, serve }) => {
  // The browser's clock is an hour ahead: only the server's counts.
  await page.addInitScript(() => {
    const Real = Date;
    const ahead = 3_600_000;
    globalThis.Date = class extends Real {
      constructor(...args: []) {
        if (args.length > 0) super(...args);
        else super(Real.now() + ahead);
      }
      static override now = () => Real.now() + ahead;
    } as DateConstructor;
  });
  const server = await serve({ scenario: "all-down" });
  const { run } = await startRun(server, "Tide", script);
  await untilRun(server, run, "waiting");
  await open(page, server, run);

  await expect(heading(page)).toContainText("are overloaded. This run waits and goes on by itself.");
  await expect(page.getByText("Nothing is wrong with your script or your keys.")).toBeVisible();
  await expect(page).toHaveTitle(/^⏸/);
  const timer = page.getByRole("timer");
  await expect(timer).toHaveText(/^(0:[0-3]\d|now)$/);
  await expect(timer.locator("span")).toHaveAttribute("aria-hidden", "true");
  const next = (await state(server, run)).state.next_attempt_at!;
  const shown = new Date(next * 1000).toLocaleTimeString("en-GB", { timeZone: "Europe/Berlin" });
  await expect(page.getByLabel("What comes next").getByRole("listitem").first()).toContainText(shown);
  await expect(page.getByRole("status").filter({ hasText: /^Waiting\. / })).toHaveCount(1);

  await server.simulator!.change("healthy");
  await expect(heading(page)).toHaveText("Done: 20 scenes.", { timeout: 40_000 });
  await expect(page.getByRole("status").filter({ hasText: /^Done\. / })).toHaveCount(1);
});

test("Run_FailureHasItsClassCauseAndRequest", async ({ page, serve }) => {
  const server = await serve({ scenario: "wrong-key" });
  const { run } = await startRun(server, "Tide", script, { without_providers: ["openai", "google"] });
  await untilRun(server, run, "failed");
  await open(page, server, run);

  await expect(heading(page)).toHaveText("Anthropic rejected the key.");
  await expect(page).toHaveTitle(/^!/);
  const cause = page.locator(".cause");
  await expect(cause).toContainText(/Final error class\s*Key rejected auth/);
  await expect(cause).toContainText("HTTP 401");
  await expect(cause).toContainText("Set a valid ANTHROPIC_API_KEY, then retry.");
  await expect(cause).toContainText(/req_\w+/);
});

test("Run_OfADrillIsMarkedAsOne", async ({ page, serve }) => {
  const server = await serve();
  const { run } = await startRun(server, "Tide", script, { drill: "rate-limit-once" });
  await untilRun(server, run, "done");
  await open(page, server, run);

  await expect(page.locator(".band.is-drill")).toContainText("Drill");
  await expect(page.getByText("Drill: rate-limit-once")).toBeVisible();
  await expect(page.getByText("Cost, simulated")).toBeVisible();
});

test("Run_TellsWhenItEndsFromAnyView", async ({ page, context, serve }) => {
  const server = await serve({ scenario: "all-down" });
  await context.grantPermissions(["notifications"], { origin: server.url });
  await page.addInitScript(() => {
    const told: string[] = [];
    Object.assign(globalThis, { told });
    globalThis.Notification = class {
      static permission = "granted";
      static requestPermission = () => Promise.resolve("granted");
      constructor(title: string) {
        told.push(title);
      }
    } as never;
  });
  const { run } = await startRun(server, "Tide", script);
  await untilRun(server, run, "waiting");
  await open(page, server, run);

  await page.getByRole("button", { name: "Tell me when it ends" }).click();
  await page.getByRole("link", { name: "Providers" }).first().click();
  await server.api("POST", `/api/runs/${run}/cancel`);

  await expect
    .poll(() => page.evaluate(() => (globalThis as unknown as { told: string[] }).told))
    .toEqual([`${script} was cancelled`]);
});
