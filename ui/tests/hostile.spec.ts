import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { common } from "../src/text/common";
import { startRun, untilRun } from "./runs";
import { expect, test } from "./server";

/*
 * What the page is given by others: addresses that lead nowhere, names and scripts that try to break it,
 * answers of a server that is newer than the page.
 */

/** What the page threw, and what its content security policy refused. */
function broken(page: Page): string[] {
  const found: string[] = [];
  page.on("pageerror", (e) => found.push(String(e)));
  page.on("console", (m) => /Refused|Content Security|Error:/.test(m.text()) && found.push(m.text()));
  page.on("dialog", (d) => {
    found.push(d.message());
    void d.dismiss();
  });
  return found;
}

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const gone = (page: Page) => expect(heading(page)).toHaveText(common.notFound.title);

test("Hostile_AddressesThatLeadNowhereSaySo", async ({ page, serve }) => {
  const server = await serve();
  const found = broken(page);
  for (const path of ["/runs/nope", "/runs/nope/log", "/projects/__proto__", "/recipes/constructor", "/nothing"]) {
    await page.goto(server.url + path);
    await gone(page);
    await expect(page).toHaveTitle(new RegExp(path === "/nothing" ? "" : common.notFound.title));
  }
  // What an address has of another kind than the view takes is left out.
  await page.goto(`${server.url}/?q=%7B%22a%22:1%7D&sort=%5B1%5D`);
  await expect(heading(page)).toBeVisible();
  await expect(page.getByText(common.crash.title)).toHaveCount(0);
  expect(found).toEqual([]);
});

test("Hostile_WhatIsDeletedWhileItIsOpenIsGone", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const { run, project } = await startRun(server, "Bus", "night_bus.txt");
  await untilRun(server, run, "done");
  const other = await page.context().newPage();
  await page.goto(`${server.url}/runs/${run}`);
  await other.goto(`${server.url}/projects/${project}`);
  await expect(heading(page)).toContainText("Done");
  await expect(heading(other)).toHaveText("Bus");

  await server.api("DELETE", `/api/projects/${project}`);

  await gone(page);
  await gone(other);
});

test("Hostile_NamesAndScriptsStayText", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const evil = ["<img src=x onerror=alert(1)>", "\u202Egnp.exe", "__proto__", "constructor", "W".repeat(10_000)];
  const lines = evil.flatMap((n) => [`INT. ${n} - NIGHT`, "", `${n} enters.`, "", n.toUpperCase().slice(0, 99), "Hello.", ""]);
  const file = join(server.dir, "<b>__proto__ \u202Eabc.fountain");
  writeFileSync(file, lines.join("\n"));
  const { run, project } = await startRun(server, "constructor", file);
  await untilRun(server, run, "done");
  const found = broken(page);
  for (const path of [`/projects/${project}`, `/runs/${run}`, `/runs/${run}/results`, `/runs/${run}/script`]) {
    await page.goto(server.url + path);
    await expect(heading(page)).toBeVisible();
    await expect(page.locator("main .skel")).toHaveCount(0);
    await expect(page.locator("main :is(img, script, b)")).toHaveCount(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
  expect(found).toEqual([]);
});

test("Hostile_StatesOfANewerServerDoNotBreakThePage", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const { run, project } = await startRun(server, "Bus", "night_bus.txt");
  await untilRun(server, run, "done");
  const member = /"(status|state|channel|error_class|reason|kind|mode|severity)": ?"[a-z_]+"/g;
  await page.route("**/api/**", async (route) => {
    if (route.request().url().includes("/stream")) return route.continue();
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(member, '"$1":"brand_new"') });
  });
  const found = broken(page);
  for (const path of ["/", `/projects/${project}`, `/runs/${run}`, `/runs/${run}/log`, "/providers", "/incident", "/settings"]) {
    await page.goto(server.url + path);
    await expect(heading(page)).toBeVisible();
    await expect(page.locator("main .skel")).toHaveCount(0);
    await expect(page.getByText(common.crash.title)).toHaveCount(0);
  }
  expect(found).toEqual([]);
});

test("Hostile_WhatOnePartCantShowCostsThatPart", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const { run } = await startRun(server, "Bus", "night_bus.txt");
  await untilRun(server, run, "done");
  await page.route("**/api/providers", (route) => route.fulfill({ json: [{ name: null, models: null, configured: true }] }));
  await page.goto(`${server.url}/runs/${run}`);
  await expect(heading(page)).toContainText("Done");
  await expect(page.getByRole("link", { name: "New run" }).first()).toBeVisible();
  await expect(page.getByText(common.crash.title)).toHaveCount(0);
});
