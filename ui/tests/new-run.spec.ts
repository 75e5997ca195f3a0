import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, sample, test, type Server } from "./server";

/** Drops files on the page, as from a file manager. */
async function drop(page: Page, files: { name: string; text: string }[]): Promise<void> {
  const data = await page.evaluateHandle((fs) => {
    const t = new DataTransfer();
    for (const f of fs) t.items.add(new File([f.text], f.name, { type: "text/plain" }));
    return t;
  }, files);
  const body = page.locator("body");
  await expect(page.getByRole("heading", { level: 1 })).toBeAttached(); // the page listens
  await body.dispatchEvent("dragenter", { dataTransfer: data });
  await expect(page.getByText("Drop the script here")).toBeVisible();
  await body.dispatchEvent("drop", { dataTransfer: data });
  await expect(page.getByText("Drop the script here")).toBeHidden();
}

const lighthouse = { name: "lighthouse.md", text: readFileSync(sample("lighthouse.md"), "utf8") };
const start = (page: Page) => page.getByRole("button", { name: /^Start/ });

interface Project {
  project_id: string;
  display_name: string;
}
const projects = (s: Server) => s.api<Project[]>("GET", "/api/projects/recent");
const runs = async (s: Server) => (await s.api<{ runs: { run_id: string; status: string }[] }>("GET", "/api/runs")).runs;

/** Puts a script into a project by the API. */
async function upload(s: Server, slug: string, name: string): Promise<string> {
  await s.api("POST", "/api/projects/new", { slug, display_name: slug });
  const form = new FormData();
  form.append("file", new Blob([readFileSync(sample(name))]), name);
  const r = await fetch(`${s.url}/api/projects/${slug}/inputs/upload`, { method: "POST", body: form });
  return ((await r.json()) as { filename: string }).filename;
}

test("NewRun_DroppedScriptFinishesOffline", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(`${server.url}/providers`); // any view takes a script
  await drop(page, [lighthouse]);
  await expect(page).toHaveURL(/\/new\?project=.+&input=.+/);
  await expect(page.getByRole("region", { name: "What we read" })).toContainText("INT. LIGHTHOUSE - LAMP ROOM - NIGHT");
  await expect(page.getByText("No provider is asked")).toBeVisible();

  await start(page).click();
  await expect(page).toHaveURL(/\/runs\/run-/);
  await expect.poll(async () => (await runs(server))[0]?.status).toBe("done");
});

test("NewRun_ProjectIsFoundByTitleRenamedAndLeft", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(`${server.url}/new`);
  await drop(page, [lighthouse]);
  await expect(page.getByText("made for this script")).toBeVisible();
  const [made] = await projects(server);

  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Name of the project" }).fill("Skerry Light");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: "Skerry Light" })).toBeVisible();

  // A project that was made for the script goes with it.
  await page.getByRole("button", { name: "Move" }).click();
  await page.getByRole("textbox", { name: "Name of the project" }).fill("Another");
  await page.getByRole("button", { name: "Move", exact: true }).last().click();
  await expect(page.getByRole("link", { name: "Another" })).toBeVisible();
  await expect.poll(async () => (await projects(server)).map((p) => p.display_name)).toEqual(["Another"]);

  // The same title leads to the same project.
  await server.api("PATCH", `/api/projects/${(await projects(server))[0]!.project_id}/settings`, {
    display_name: made!.display_name,
  });
  await page.goto(server.url);
  await drop(page, [lighthouse]);
  await expect(page.getByText("has this title already")).toBeVisible();
  expect(await projects(server)).toHaveLength(1);
});

test("NewRun_RefusedScriptsSayWhyAndLeaveNothing", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(server.url);
  await drop(page, [{ name: "empty.txt", text: "" }]);
  await expect(page.getByRole("alert")).toContainText("the file is empty");

  await drop(page, [{ name: "scan.pdf", text: "%PDF-1.4\ntrailer<<>>\n%%EOF\n" }]);
  await expect(page.getByRole("alert")).toContainText("PDF");
  await expect.poll(async () => projects(server)).toEqual([]);

  await page.route("**/inputs/upload", (r) => r.abort());
  await drop(page, [lighthouse]);
  await expect(page.getByRole("alert")).toContainText("does not answer");
  await page.unroute("**/inputs/upload");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(start(page)).toBeVisible();
});

test("NewRun_TooLargeIsRefusedBeforeItIsSent", async ({ page, serve }) => {
  const server = await serve({ env: { CINEFORGE_UPLOAD_LIMIT: "1" } });
  await page.goto(server.url);
  await drop(page, [{ name: "long.txt", text: "a".repeat(1 << 20) + "b" }]);
  await expect(page.getByRole("alert")).toContainText("the file is larger than 1 MB");
});

test("NewRun_OfSeveralFilesOneIsChosen", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(server.url);
  await drop(page, [{ name: "notes.txt", text: "- a list" }, lighthouse]);
  await page.getByRole("dialog").getByRole("button", { name: "lighthouse.md" }).click();
  await expect(page.getByRole("region", { name: "Script", exact: true })).toContainText("lighthouse.md");
});

test("NewRun_StartedOnceWithoutOneProvider", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const input = await upload(server, "bus", "night_bus.txt");
  await page.goto(`${server.url}/new?project=bus&input=${input}`);
  await page.getByRole("checkbox", { name: "Ask Anthropic" }).uncheck();
  await expect(page).toHaveURL(/without=/);
  await page.getByRole("textbox", { name: "Cost limit" }).fill("2.50");
  await expect(page.getByText("limit $2.50")).toBeVisible();
  await page.reload(); // all choices stand in the address
  await expect(page.getByRole("checkbox", { name: "Ask Anthropic" })).not.toBeChecked();
  await expect(page.getByText("limit $2.50")).toBeVisible();

  let starts = 0;
  await page.route("**/api/runs/start", async (r) => {
    starts++;
    await r.continue();
  });
  await start(page).evaluate((b: HTMLElement) => {
    b.click();
    b.click();
  });
  await expect(page).toHaveURL(/\/runs\/run-/);
  expect(starts).toBeGreaterThan(0);
  const all = await runs(server);
  expect(all).toHaveLength(1);
  await expect.poll(async () => (await runs(server))[0]?.status).toBe("done");
  const { state } = await server.api<{ state: { without_providers: string[]; limits: { max_cost_usd: number } } }>(
    "GET",
    `/api/runs/${all[0]!.run_id}/state`,
  );
  expect(state.without_providers).toEqual(["anthropic"]);
  expect(state.limits.max_cost_usd).toBe(2.5);

  await page.goto(`${server.url}/new?project=bus&input=${input}`);
  await expect(page.getByText(/You ran this/)).toBeVisible();
  await page.getByRole("link", { name: "Open it" }).click();
  await expect(page).toHaveURL(new RegExp(all[0]!.run_id));
});

test("NewRun_RefusedChoiceKeepsWhatWasEntered", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const input = await upload(server, "bus", "night_bus.txt");
  await page.goto(`${server.url}/new?project=bus&input=${input}&without=["anthropic","openai","google"]&cost=3`);
  await expect(page.getByRole("alert")).toContainText("left without a model");
  await expect(start(page)).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("checkbox", { name: "Ask OpenAI" }).check();
  await expect(page.getByText("limit $3.00")).toBeVisible();
  await expect(start(page)).not.toHaveAttribute("aria-disabled");
});

test("NewRun_LinesOfWarningsAreShown", async ({ page, serve }) => {
  const server = await serve();
  const input = await upload(server, "bus", "night_bus.txt");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.url}/new?project=bus&input=${input}`);
  await page.getByRole("button", { name: "Line 70" }).first().click();
  await expect(page.locator(".lines [aria-current]")).toContainText("EXT. TURNING CIRCLE - NIGHT");
  await expect(page).toHaveURL(/line=70/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
