import { readFileSync } from "node:fs";
import axe from "axe-core";
import { expect, sample, test, until, type Server } from "./server";

/** Runs a sample to where it stops by itself, by the API. */
async function run(s: Server, slug: string, more: object = {}): Promise<string> {
  await s.api("POST", "/api/projects/new", { slug, display_name: slug }).catch(() => undefined);
  const form = new FormData();
  form.append("file", new Blob([readFileSync(sample("lighthouse.md"))]), `${slug}.md`);
  const r = await fetch(`${s.url}/api/projects/${slug}/inputs/upload`, { method: "POST", body: form });
  const { stored_path } = (await r.json()) as { stored_path: string };
  const body = { project_id: slug, input_file: stored_path, accept_config: true, ...more };
  const { run_id } = await s.api<{ run_id: string }>("POST", "/api/runs/start", body);
  const settled = ["done", "failed", "paused", "waiting"];
  await until("the run settles", async () => {
    const { state } = await s.api<{ state: { status: string } }>("GET", `/api/runs/${run_id}/state?brief=true`);
    return settled.includes(state.status);
  });
  return run_id;
}

test("Home_FirstTimeTeachesAndTheSampleFinishes", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(server.url);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Drop in a script");
  await expect(page.getByText("No key is set: that works, too.")).toBeVisible();
  await expect(page.getByText("up to 64 MB")).toBeVisible();

  await page.getByRole("button", { name: "Try the sample" }).click();
  await expect(page.getByRole("region", { name: "What we read" })).toContainText("EST. SKERRY SOUND");
  await page.getByRole("button", { name: "Start run" }).click();
  await expect(page).toHaveURL(/\/runs\/run-/);
  await page.goto(server.url);
  await expect(page.getByRole("region", { name: "Projects" }).getByText("Done")).toBeVisible();
});

test("Home_ShowsWhatNeedsYouAndWhatGoesOn", async ({ page, serve }) => {
  const server = await serve({ scenario: "all-down" });
  const failed = await run(server, "failed", { max_wait_seconds: 0 });
  await run(server, "waits");
  await run(server, "played", { drill: "healthy" });
  await page.goto(server.url);

  const needs = page.getByRole("region", { name: "Needs you" });
  await expect(needs).toContainText("failed failed at “Find the scenes”");
  await expect(needs).toContainText("Kept: 2 of 4 stages.");
  await expect(needs.getByRole("button", { name: "Retry Failed Stage" })).toBeVisible();
  await expect(page).toHaveTitle(/^\(1\) /);
  const now = page.getByRole("region", { name: "Under way" });
  await expect(now).toContainText("waits waits for Anthropic, OpenAI");
  await expect(now.getByRole("timer", { name: "Time until the next try" })).toBeVisible();
  const drill = page.getByRole("region", { name: "Projects" }).getByRole("row", { name: /drill-played/ });
  await expect(drill).toContainText("Drill, done");
  await expect(drill).toContainText("simulated");

  await needs.getByRole("button", { name: "Acknowledge" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Acknowledge" }).click();
  await expect(needs).toBeHidden();
  await expect(page.getByRole("row", { name: new RegExp(failed) })).toContainText("acknowledged");
});

test("Home_SearchAndOrderStandInTheAddress", async ({ page, serve }) => {
  const server = await serve();
  for (const name of ["Alpha", "Beta", "Gamma"])
    await server.api("POST", "/api/projects/new", { slug: name.toLowerCase(), display_name: name });
  await page.goto(server.url);
  const rows = page.getByRole("region", { name: "Projects" }).locator("tbody tr");
  await page.getByRole("button", { name: "Project" }).click();
  await expect(rows).toHaveText([/^Alpha/, /^Beta/, /^Gamma/]);
  await page.getByRole("button", { name: "Project" }).click();
  await expect(rows).toHaveText([/^Gamma/, /^Beta/, /^Alpha/]);

  await page.keyboard.press("Escape");
  await page.locator("body").click({ position: { x: 5, y: 300 } });
  await page.keyboard.press("/");
  await page.keyboard.type("bet");
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL(/q=bet/);
  await page.reload();
  await expect(rows).toHaveText([/^Beta/]);
});

test("Home_IsAccessibleInBothThemesAndOnAPhone", async ({ page, serve }) => {
  const server = await serve({ scenario: "all-down" });
  const check = async () => {
    await page.evaluate(axe.source);
    const tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
    const found = await page.evaluate((t) => (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: t }), tags);
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`)).toEqual([]);
  };
  await page.goto(server.url);
  await expect(page.getByRole("region", { name: "Your providers" })).toBeVisible();
  await check();
  await run(server, "failed", { max_wait_seconds: 0 });
  await run(server, "waits");
  await run(server, "played", { drill: "healthy" });
  const [file] = await server.api<{ filename: string }[]>("GET", "/api/projects/failed/inputs");
  for (const path of ["/", "/projects/failed", `/new?project=failed&input=${file!.filename}&line=12`]) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.goto(server.url + path);
    await expect(page.locator("main .card").first()).toBeVisible();
    await check();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await check();
  }
});
