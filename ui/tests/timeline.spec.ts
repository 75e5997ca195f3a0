import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { recording, replay } from "./replay";
import { startRun, untilRun } from "./runs";
import { expect, test } from "./server";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const rows = (page: Page) => page.getByRole("list", { name: "Providers, stages and tries of this run" });
const row = (page: Page, name: string | RegExp) => rows(page).getByRole("button", { name });

test("Timeline_StormShowsFallbackAndWhoWasSkipped", async ({ page, serve }) => {
  const server = await serve({ scenario: "anthropic-overload" });
  const { run } = await startRun(server, "The Night Bus", "night_bus.txt");
  await untilRun(server, run, "done");
  await page.goto(`${server.url}/runs/${run}?stage=extract_scenes&order=script`);

  await row(page, /^Scene 7/).click();

  await expect(page).toHaveURL(/unit=scene_007/);
  await expect(row(page, /^Try 1 gpt-5\.2.*answered in .*, fallback/i)).toBeVisible();
  await expect(
    rows(page)
      .getByRole("listitem")
      .filter({ hasText: /claude-sonnet-4-6 Skipped: out: it failed too often/ }),
  ).toBeVisible();
  await expect(
    rows(page)
      .getByRole("listitem")
      .filter({ hasText: /^AAnthropic.*was out at the end/ }),
  ).toBeVisible();
});

test("Timeline_DetailOpensByKeysAndByItsLink", async ({ page, serve }) => {
  const server = await serve();
  const run = await replay(page, recording("anthropic-overload"));
  await page.goto(`${server.url}${run}?order=script`);
  await expect(row(page, /^Scene 3/)).toBeVisible();

  for (const key of ["j", "j", "j"]) await page.keyboard.press(key);
  await expect(row(page, /^Scene 3/)).toBeFocused();
  await page.keyboard.press("l");
  await expect(row(page, /^Try 1/)).toBeFocused();
  await page.keyboard.press("l");
  await page.keyboard.press("Enter");

  const detail = page.getByRole("region", { name: "Scene 3, try 2" });
  await expect(detail).toContainText("Overloaded");
  await expect(detail).toContainText("Anthropic’s. Your script and your key are fine.");
  await expect(detail.getByRole("row", { name: /OpenAI gpt-5.2/ })).toContainText("chosen");
  await expect(detail.getByRole("link", { name: "Event 21" })).toHaveAttribute("href", `${run}/log?seq=21`);
  await expect(page).toHaveURL(/stage=extract_scenes&unit=scene_003&attempt=2/);

  const link = page.url();
  await page.goto("about:blank");
  await page.goto(link);
  await expect(detail).toBeVisible();
  await row(page, /^Try 2/).press("Enter");
  await expect(detail).toBeHidden();
});

test("Timeline_AFailedRunOpensOnItsFailedTry", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(server.url + (await replay(page, recording("wrong-key"))));

  await expect(row(page, /^Scene 4.*, failed/)).toHaveAttribute("aria-expanded", "true");
  const detail = page.getByRole("region", { name: /^Scene 4, try/ });
  await expect(detail).toContainText("Key rejected");
  await expect(detail).toContainText("Yours");
  await row(page, /^Try 2/).click();
  await expect(detail).toBeHidden();
});

test("Timeline_WaitsFoldAndSayHowLongTheyAre", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(server.url + (await replay(page, recording("rate-limit-burst"))));
  const cuts = page.getByRole("button", { name: /without work, cut out/ });

  // Most of the run was spent waiting: it folds by itself.
  await expect(cuts).toHaveCount(3);
  await expect(cuts.first()).toHaveAttribute("aria-pressed", "true");
  await cuts.first().click();
  await expect(cuts).toHaveCount(2);
  await page.getByRole("button", { name: "Fold waits", pressed: true }).click();
  await expect(cuts).toHaveCount(0);
  await expect(page).toHaveURL(/fold=none/);
});

test("Timeline_AHedgeAndALostTryAreNoRefusals", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(server.url + (await replay(page, recording("hedge"))) + "?order=script&stage=extract_scenes&unit=scene_003");
  await expect(row(page, /^Try 2.*another model was faster/)).toBeVisible();
  await expect(row(page, /^Try 3.*asked beside it/)).toBeVisible();
});

for (const theme of ["light", "dark"] as const) {
  test(`Timeline_AxeFindsNothing ${theme}`, async ({ page, serve }) => {
    const server = await serve();
    await page.emulateMedia({ colorScheme: theme });
    const run = await replay(page, recording("all-down"));
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${server.url}${run}?stage=extract_scenes&unit=scene_001&attempt=2&fold=waits`);
      await expect(page.getByRole("region", { name: "Scene 1, try 2" })).toBeVisible();
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const run = (window as unknown as { axe: { run: (at: string, o: object) => Promise<{ violations: object[] }> } }).axe.run;
        return run(".tl-card", { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] });
      });
      expect(found.violations).toEqual([]);
    }
  });
}
