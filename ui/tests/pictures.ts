import { writeFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import { startRun } from "./runs";
import { test, until } from "./server";

/** Writes what a browser shows to docs/, small: as WebP, which Chromium writes itself. */
async function picture(page: Page, name: string): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const { data } = (await browser.send("Page.captureScreenshot", { format: "webp", quality: 80 })) as { data: string };
  writeFileSync(new URL(`../../docs/${name}.webp`, import.meta.url), Buffer.from(data, "base64"));
}

test.use({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });

test("Pictures_OfARun", async ({ page, serve }) => {
  const server = await serve({ scenario: "anthropic-overload" });
  const { run } = await startRun(server, "The Tide Clock", "the_tide_clock.fountain");
  await until("the run has met the overload", async () => {
    const { events } = await server.api<{ events: { event: string }[] }>("GET", `/api/runs/${run}/events`);
    return events.some((e) => e.event === "stage_fallback");
  });
  await page.goto(`${server.url}/runs/${run}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.evaluate(() => document.fonts.ready);
  await picture(page, "page");
});
