import { startRun, untilRun } from "./runs";
import { expect, test, type Server } from "./server";

/** Makes a project with a finished run of a sample. */
async function finished(s: Server): Promise<void> {
  const { run } = await startRun(s, "Light", "lighthouse.md");
  await untilRun(s, run, "done");
}

test("Project_ShowsScriptsRunsAndResults", async ({ page, serve }) => {
  const server = await serve();
  await finished(server);
  await page.goto(`${server.url}/projects/light`);
  await expect(page.getByRole("heading", { level: 1, name: "Light" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Scripts" })).toContainText("a screenplay, 5 scenes");
  await expect(page.getByRole("region", { name: "Latest results" })).toContainText("5 scenes");
  await expect(page.getByRole("region", { name: "Runs" })).toContainText("done");

  await page.getByRole("searchbox").fill("lamp");
  await expect(page.getByRole("link", { name: /LAMP ROOM/ }).first()).toHaveAttribute("href", /results\?scene=/);
  await expect(page).toHaveURL(/q=lamp/);

  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Name of the project" }).fill("Skerry");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Skerry" })).toBeVisible();

  await page.getByRole("link", { name: /New run with this script/ }).click();
  await expect(page).toHaveURL(/\/new\?project=light&input=/);
});

test("Project_DeletesAfterAPlan", async ({ page, serve }) => {
  const server = await serve();
  await finished(server);
  await page.goto(`${server.url}/projects/light`);
  const dialog = page.getByRole("dialog");

  await page.getByRole("button", { name: "Delete lighthouse.md" }).click();
  await expect(dialog).toContainText("the 1 runs that used it");
  await dialog.getByRole("button", { name: "Delete the script" }).click();
  await expect(page.getByText("No script yet")).toBeVisible();

  await page.getByRole("button", { name: "Delete the project" }).click();
  const confirm = dialog.getByRole("button", { name: "Delete the project" });
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await dialog.getByRole("textbox").fill("Light");
  await confirm.click();
  await expect(page).toHaveURL(`${server.url}/`);
  expect(await server.api("GET", "/api/projects/recent")).toEqual([]);
});
