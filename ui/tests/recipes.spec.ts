import { inaccessible } from "./axe";
import { startRun } from "./runs";
import { expect, test } from "./server";

test("Recipes_StagesSayWhomTheyMayAsk", async ({ page, serve }) => {
  const server = await serve({ env: { OPENAI_API_KEY: "simulated", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" } });
  await page.goto(`${server.url}/recipes`);
  await page.getByRole("link", { name: "Script to scenes" }).click();

  const graph = page.getByRole("group", { name: "Stages and what they build on" });
  await graph.getByRole("link", { name: "Find the scenes" }).click();
  await expect(page).toHaveURL(/stage=extract_scenes/);
  const stage = page.getByRole("region", { name: /Find the scenes/ });
  await expect(stage.getByRole("row", { name: /claude-sonnet-4-6/ })).toContainText("Cannot be asked");
  await expect(stage.getByRole("row", { name: /claude-sonnet-4-6/ })).toContainText("ANTHROPIC_API_KEY");
  await expect(stage.getByRole("row", { name: /gpt-5.2/ })).toContainText("Can be asked");
  await expect(page.getByRole("link", { name: "New run with this recipe" })).toHaveAttribute("href", "/new?recipe=mvp_ingest");
});

test("Recipes_MistakeIsShownAtItsLineAndMended", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(`${server.url}/recipes/mvp_ingest?view=source`);
  const source = page.getByRole("textbox", { name: "Source of the recipe, YAML" });
  await expect(page.getByText("No mistakes")).toBeVisible();

  const shipped = await source.inputValue();
  const broken = shipped.replace("module: scene_extract_v1", "module: scene_extrct_v1");
  await source.fill(broken);
  const line = broken.split("\n").findIndex((l) => l.includes("scene_extrct")) + 1;
  const mistake = page.getByRole("button", { name: new RegExp(`Line ${line}, column`) });
  await expect(mistake).toContainText('did you mean "scene_extract_v1"?');
  await expect(page.locator(`.editor-gutter [data-line="${line}"]`)).toHaveClass("bad");
  await expect(source).toHaveAttribute("aria-invalid", "true");
  expect(await inaccessible(page)).toEqual([]);

  // The mistake leads to its place; what is typed there replaces the wrong word.
  await mistake.click();
  await expect(source).toBeFocused();
  await page.keyboard.type("scene_extract_v1");
  await expect(page.getByText("No mistakes")).toBeVisible();

  await page.getByRole("button", { name: "Save as own recipe" }).click();
  const dialog = page.getByRole("dialog", { name: "Save as own recipe" });
  await dialog.getByLabel("Id").fill("Not An Id");
  await expect(dialog.getByRole("button", { name: "Save", exact: true })).toHaveAttribute("aria-disabled", "true"); // and it says why
  await dialog.getByLabel("Id").fill("night_shoot");
  await dialog.getByLabel("Name").fill("Night shoot: été");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/recipes\/night_shoot/);
  await expect(page.getByRole("heading", { level: 1, name: "Night shoot: été" })).toBeVisible();
  const { origin } = await server.api<{ origin: string }>("GET", "/api/recipes/night_shoot");
  expect(origin).toBe("data_directory");
});

test("Recipes_TypedTextIsNotLost", async ({ page, serve }) => {
  const server = await serve();
  const own = "recipe_id: own\nname: Own\ndescription: Mine.\nstages:\n  - id: ingest\n    module: story_ingest_v1\n";
  await server.api("POST", "/api/recipes", { source: own, as: "recipe" });
  await page.goto(`${server.url}/recipes/own?view=source`);
  const source = page.getByRole("textbox", { name: "Source of the recipe, YAML" });
  await source.fill(own.replace("Mine.", "Mine, longer."));

  await page.getByRole("link", { name: "Stages", exact: true }).click(); // a tab keeps it
  await page.getByRole("link", { name: /^Source/ }).click();
  await expect(source).toHaveValue(/Mine, longer\./);

  await page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Settings" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stay" }).click();
  await expect(source).toHaveValue(/Mine, longer\./);

  // Somebody else saves meanwhile: nothing is overwritten unseen.
  const { headers } = await fetch(`${server.url}/api/recipes/own`);
  await fetch(`${server.url}/api/recipes`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "If-Match": headers.get("ETag")! },
    body: JSON.stringify({ source: own.replace("Mine.", "Theirs."), as: "recipe" }),
  });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Somebody else has saved this recipe since you opened it")).toBeVisible();
  await expect(source).toHaveValue(/Mine, longer\./);
  await page.getByRole("button", { name: "Save over it" }).click();
  await expect(page.getByText("Saved own")).toBeVisible();
  expect((await server.api<{ source: string }>("GET", "/api/recipes/own")).source).toContain("Mine, longer.");
});

test("Recipes_RunShowsThePinnedOne", async ({ page, serve }) => {
  const server = await serve();
  const { run } = await startRun(server, "Tide", "the_tide_clock.fountain");
  const { source } = await server.api<{ source: string }>("GET", "/api/recipes/mvp_ingest");
  await page.goto(`${server.url}/runs/${run}/recipe`);
  await expect(page.getByText("The current recipe is the same")).toBeVisible();

  await server.api("POST", "/api/recipes", {
    source: source.replace("max_attempts_per_stage: 4 ", "max_attempts_per_stage: 7 "),
    as: "recipe",
    replace: true,
  });
  await page.reload();
  await page.getByText("What was changed").click();
  const diff = page.getByRole("group", { name: "What was changed" });
  await expect(diff.locator(".added")).toContainText("max_attempts_per_stage: 7");
  await expect(diff.locator(".gone")).toContainText("max_attempts_per_stage: 4");

  await page.getByRole("link", { name: "Open the recipe" }).click();
  await page.getByRole("link", { name: "Used by" }).click();
  await expect(page.getByRole("row", { name: `Tide ${run}` })).toBeVisible();
});
