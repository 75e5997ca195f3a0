import axe from "axe-core";
import type { Page } from "@playwright/test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRun, untilRun } from "./runs";
import { expect as base, test, type Server } from "./server";

// Tests run beside each other: what takes long then is the machine.
const expect = base.configure({ timeout: 20_000 });

/** A project with the results of a sample; without a scenario the offline model answers. */
async function made(server: Server, file = "the_tide_clock.fountain"): Promise<{ project: string; run: string }> {
  const started = await startRun(server, "Tide", file);
  await untilRun(server, started.run, "done");
  return started;
}

/** Writes a script to a file of its own. */
function scriptFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "cineforge-script-")), "script.fountain");
  writeFileSync(file, text);
  return file;
}

const table = (page: Page) => page.getByRole("region", { name: "Scenes, scrollable" });
const text = (page: Page) => page.getByRole("region", { name: "Screenplay, scrollable" });
const scene = (page: Page, number: string) => page.getByRole("region", { name: `Scene ${number}` }).first();

/** The parts of the page that a reader of the screen, or of colours, can't use. */
async function inaccessible(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
    const { violations } = await (window as never as { axe: typeof axe }).axe.run(document, {
      runOnly: { type: "tag", values: tags },
    });
    return violations.map((v) => [v.id, v.nodes.map((n) => n.html).slice(0, 3)]);
  });
}

test("Results_SceneAndTextSelectEachOther", async ({ page, serve }) => {
  const server = await serve();
  const { project } = await made(server);
  await page.goto(`${server.url}/projects/${project}/results`);

  await table(page).getByRole("button", { name: "Scene 14", exact: true }).click();
  await expect(page).toHaveURL(/scene=scene_015/);
  await expect(text(page).getByText("Walter in the doorway in his shirt.")).toBeInViewport();
  await expect(text(page).locator("[aria-current=true]")).toContainText("14  INT. BELL HOUSE - KITCHEN - NIGHT");

  await text(page).hover();
  await page.mouse.wheel(0, 4000);
  await expect(page).not.toHaveURL(/scene=scene_015/);
  const row = table(page).locator("tr[aria-current=true]");
  await expect(row).toBeInViewport();
  await expect(scene(page, (await row.locator("th").innerText()).trim())).toBeVisible();

  await page.getByRole("slider", { name: "Scene" }).press("Home");
  await expect(page).toHaveURL(/scene=scene_001/);
  await expect(text(page).getByText("Grey water, a mile and a half of it")).toBeInViewport();
  await page.reload();
  await expect(text(page).locator("[aria-current=true]")).toContainText("SKERRY SOUND");
});

test("Results_ScenesAreSortedAndFiltered", async ({ page, serve }) => {
  const server = await serve();
  const { project } = await made(server);
  await page.goto(`${server.url}/projects/${project}/results`);
  const numbers = () => table(page).locator("tbody th").allInnerTexts();

  await table(page).getByRole("button", { name: "Pages" }).click();
  await table(page).getByRole("button", { name: "Pages" }).click();
  await expect.poll(async () => (await numbers())[0]).toBe("14");

  await page.getByLabel("Location", { exact: true }).selectOption("BELL HOUSE - KITCHEN");
  await expect.poll(numbers).toEqual(["14", "8", "12", "10"]);
  await page.getByLabel("Filter scenes").fill("later");
  await expect.poll(numbers).toEqual(["10"]);
  await page.reload();
  await expect.poll(numbers).toEqual(["10"]);
  await page.getByLabel("Filter scenes").fill("nobody wrote this");
  await page.getByRole("button", { name: "Show all scenes" }).click();
  await expect.poll(async () => (await numbers()).length).toBeGreaterThan(4);
});

test("Results_EditedSettingHasItsReasonAndCanBeRestored", async ({ page, serve }) => {
  const server = await serve();
  const { project } = await made(server);
  await page.goto(`${server.url}/projects/${project}/results`);
  const settings = page.locator("#settings");

  await settings.getByRole("button", { name: "Edit Logline" }).click();
  await settings.getByLabel("Logline").fill("A clock mender comes home for the last ferry.");
  await settings.getByLabel("Length in minutes").fill("soon");
  await settings.getByLabel("Reason").fill("the producer asked");
  await settings.getByRole("button", { name: "Save as a new version" }).click();
  await expect(settings.getByLabel("Length in minutes")).toHaveAccessibleDescription(/want a number/);
  await settings.getByLabel("Length in minutes").fill("18");
  await settings.getByRole("button", { name: "Save as a new version" }).click();

  const logline = settings.getByRole("row", { name: /Logline/ });
  await expect(logline).toContainText("A clock mender comes home for the last ferry.");
  await expect(logline).toContainText("the producer asked");
  await expect(settings).toContainText("Confirmed");

  await settings.getByRole("button", { name: "Versions" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Somebody on the page: the producer asked");
  await expect(dialog.locator("ins").filter({ hasText: "A clock mender comes home" })).toBeVisible();
  await dialog.getByRole("button", { name: "Version 1", exact: true }).click();
  await dialog.getByRole("button", { name: "Restore version 1" }).click();
  await expect(dialog.getByRole("listitem").filter({ hasText: "Version 1" })).toContainText("current");
  await dialog.getByRole("button", { name: "Close" }).first().click();
  await expect(logline).toContainText("not known");
});

test("Results_EditKeepsWhatWasTypedWhenAnotherChangesTheScene", async ({ page, serve }) => {
  const server = await serve();
  const { project } = await made(server);
  await page.goto(`${server.url}/projects/${project}/results?scene=scene_015`);
  await scene(page, "14").getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Summary").fill("They open the clock.");
  await page.getByLabel("Location", { exact: true }).last().fill("THE KITCHEN");

  const at = `/api/projects/${project}/artifacts/scene/scene_015`;
  const { payload } = await server.api<{ payload: { data: Record<string, unknown> } }>("GET", `${at}/1`);
  const data = { ...payload.data, location: "BELL KITCHEN", tone_mood: "hushed" };
  await server.api("POST", `${at}/edit`, { data, rationale: "theirs" });
  await page.getByRole("button", { name: "Save as a new version" }).click();

  await expect(page.getByText("Somebody changed this meanwhile")).toBeVisible();
  await expect(page.getByLabel("Summary")).toHaveValue("They open the clock.");
  await expect(page.getByLabel("Tone", { exact: true })).toHaveValue("hushed");
  const conflict = page.locator(".conflict");
  await expect(conflict).toHaveCount(1);
  await expect(conflict).toContainText("BELL KITCHEN");
  await conflict.getByRole("button", { name: "Take the current value" }).click();
  await page.getByRole("button", { name: "Save as a new version" }).click();

  await expect(page.getByRole("button", { name: "Save as a new version" })).toHaveCount(0);
  await expect(scene(page, "14")).toContainText("They open the clock.");
  const now = await server.api<{ payload: { data: Record<string, unknown> } }>("GET", `${at}/3`);
  expect(now.payload.data).toMatchObject({ summary: "They open the clock.", location: "BELL KITCHEN", tone_mood: "hushed" });
});

test("Results_WhatAnEditMadeStaleIsMadeAgain", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const { project, run } = await made(server);
  await page.goto(`${server.url}/runs/${run}/results`);
  await page.getByRole("button", { name: "Edit the text" }).click();
  const field = page.getByRole("textbox", { name: "Screenplay" });
  await field.fill((await field.inputValue()).replace("Walter in the doorway", "Walter in the hall"));
  await page.getByRole("button", { name: "Save as a new version" }).click();

  await expect(page.getByText(/Out of date: 20 scenes, the list of scenes/)).toBeVisible();
  await expect(table(page).getByRole("row").nth(1)).toContainText("Out of date");
  await page.getByRole("button", { name: "Run the later stages again with this edit" }).click();
  const plan = page.getByRole("dialog");
  await expect(plan).toContainText("Find the scenes");
  await plan.getByRole("button", { name: "Run the later stages again" }).click();

  await expect(page).not.toHaveURL(new RegExp(`/runs/${run}(/|$)`));
  const again = new URL(page.url()).pathname.split("/")[2]!;
  await untilRun(server, again, "done");
  await page.goto(`${server.url}/projects/${project}/results?scene=scene_015`);
  await expect(scene(page, "14")).toContainText("Valid");
  await expect(page.getByText(/Out of date/)).toHaveCount(0);
  await expect(text(page).getByText("Walter in the hall in his shirt.")).toBeVisible();

  // What the first run made is still there, as it was.
  await page.goto(`${server.url}/runs/${run}/results?scene=scene_015`);
  await expect(page.getByText("These are not the project's current results")).toBeVisible();
  await expect(text(page).getByText("Walter in the doorway in his shirt.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Edit", exact: true })).toHaveCount(0);
});

test("Results_SettingsAreAcceptedAndTheRunGoesOn", async ({ page, serve }) => {
  const server = await serve();
  const { project, run } = await startRun(server, "Tide", "the_tide_clock.fountain", { accept_config: false });
  await untilRun(server, run, "paused");
  await page.goto(`${server.url}/projects/${project}/results`);
  await page.getByRole("button", { name: "Accept and resume" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Accept and resume" }).click();
  await untilRun(server, run, "done");
  await expect(page.locator("#settings")).toContainText("Confirmed");
  await expect(page.getByRole("button", { name: "Accept and resume" })).toHaveCount(0);
});

test("Results_RunUnderWayShowsTheScenesOfTheFile", async ({ page, serve }) => {
  const server = await serve({ scenario: "all-down" });
  const { run } = await startRun(server, "Tide", "the_tide_clock.fountain");
  await untilRun(server, run, "waiting");
  await page.goto(`${server.url}/runs/${run}/results`);
  await expect(page.getByText("The scenes are being read")).toBeVisible();
  await table(page).getByRole("button", { name: "Scene 2A", exact: true }).click();
  await expect(scene(page, "2A")).toContainText("Read from the file by rule.");
  await expect(page.getByRole("button", { name: "Edit", exact: true })).toHaveCount(0);
});

test("Results_DownloadsHaveContent", async ({ page, serve }) => {
  const server = await serve();
  const { project } = await made(server);
  await page.goto(`${server.url}/projects/${project}/results`);
  const links = page.locator("#downloads").getByRole("link");
  await expect(links).toHaveCount(6);
  for (const link of await links.all()) {
    const answer = await page.request.get(server.url + (await link.getAttribute("href")));
    expect(answer.status()).toBe(200);
    expect((await answer.body()).length).toBeGreaterThan(1000);
  }
});

const japanese = `Title: 潮時計
Author: 佐藤

.屋外　渡し場　夜明け

霧。桟橋に美咲、古い革の鞄。海の匂い、まだ眠っている町。

@美咲
船はまだ出ない。

@غريب على الرصيف
أين السفينة؟

.屋内　時計店「潮見堂」奥の作業場　夜

壁いっぱいの時計。どれも違う時刻。

@見習いの健太
（肩をすくめて）
ぜんぶです。
`;

test("Results_AnyWritingIsShownAndNothingIsInaccessible", async ({ page, serve }) => {
  const server = await serve();
  const { project } = await made(server, scriptFile(japanese));
  await page.goto(`${server.url}/projects/${project}/results?scene=scene_002`);
  await expect(text(page)).toHaveAttribute("lang", "ja");
  await expect(text(page).locator("[aria-current=true]")).toContainText("屋内　時計店「潮見堂」奥の作業場　夜");
  await expect(scene(page, "2")).toContainText("見習いの健太");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await inaccessible(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await inaccessible(page)).toEqual([]);
});

/** A script of many scenes. */
function long(scenes: number): string {
  const parts = ["Title: Long", "", ""];
  for (let i = 1; i <= scenes; i++) {
    parts.push(`${i % 2 ? "INT." : "EXT."} PLACE ${i % 37} - ${i % 3 ? "DAY" : "NIGHT"}`, "", `What happens in scene ${i}.`, "");
    parts.push(`PERSON ${i % 23}`, `A speech of scene ${i}.`, "");
  }
  return parts.join("\n");
}

test("Results_FiveHundredScenesStayFast", async ({ page, serve }) => {
  const server = await serve();
  const { project } = await made(server, scriptFile(long(500)));
  await page.goto(`${server.url}/projects/${project}/results`);
  await expect(table(page).getByRole("button", { name: "Scene 1", exact: true })).toBeVisible();
  expect(await page.locator("main *").count()).toBeLessThan(6000);
  const strip = page.getByRole("slider", { name: "Scene" });
  await strip.focus();
  await strip.press("End");
  await expect(text(page).getByText("What happens in scene 500.")).toBeInViewport();
  await expect(table(page).getByRole("button", { name: "Scene 500", exact: true })).toBeInViewport();
  await page.getByLabel("Location", { exact: true }).selectOption("PLACE 5");
  await expect(table(page).getByRole("row")).toHaveCount(15);
});

test("Script_LineOfAnAddressIsShownAndScenesAreJumpedTo", async ({ page, serve }) => {
  const server = await serve();
  const { run } = await made(server);
  await page.goto(`${server.url}/runs/${run}/script?line=509`);
  await expect(text(page).locator(".is-marked")).toContainText("I moved the hand.");
  await expect(text(page).locator(".is-marked")).toBeInViewport();
  const scenes = page.getByRole("navigation", { name: "Scenes" });
  await expect(scenes.locator("[aria-current=true]")).toContainText("14");
  await scenes.getByRole("button", { name: /FERRY SLIP - MAINLAND/ }).click();
  await expect(page).toHaveURL(/scene=scene_005/);
  await expect(text(page).locator(".l-heading[aria-current=true]")).toContainText("FERRY SLIP - MAINLAND");

  await page.getByLabel("Find in the text").fill("the horn of");
  await page.getByLabel("Find in the text").press("Enter");
  await expect(text(page).locator("mark")).toBeInViewport();
});
