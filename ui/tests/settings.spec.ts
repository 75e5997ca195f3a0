import { inaccessible } from "./axe";
import { expect, test } from "./server";

test("Settings_NameKeysAndNeverShowThem", async ({ page, serve }) => {
  const secret = "sk-ant-0123456789-secret";
  const server = await serve({ env: { ANTHROPIC_API_KEY: secret } });
  const answers: string[] = [];
  page.on(
    "response",
    (r) =>
      void r.text().then(
        (t) => answers.push(t),
        () => undefined,
      ),
  );
  await page.goto(`${server.url}/settings`);

  const keys = page.getByRole("region", { name: "Keys" });
  await expect(keys.getByRole("row", { name: /Anthropic Set/ })).toContainText("ANTHROPIC_API_KEY");
  const missing = keys.getByRole("row", { name: /OpenAI Not set/ });
  await missing.getByText("How to set it").click();
  await expect(missing).toContainText("export OPENAI_API_KEY=");
  await page.getByRole("button", { name: "Run the checks" }).click();
  await expect(page.getByText("Nothing is wrong.")).toBeVisible();

  expect(await page.content()).not.toContain(secret);
  expect(answers.join("\n")).not.toContain(secret);
});

test("Settings_DoctorSaysWhatToDo", async ({ page, serve }) => {
  const server = await serve();
  await server.api("POST", "/api/recipes", { source: recipe, as: "recipe" });
  await page.goto(`${server.url}/settings`);
  // The doctor runs when it is asked to, with what it is asked for.
  const asked = page.waitForRequest("**/api/doctor?reach=true");
  await page.getByRole("switch", { name: "Also try to reach the providers" }).check();
  await page.getByRole("button", { name: "Run the checks" }).click();
  await asked;
  const storage = page.getByRole("region", { name: "Doctor" }).getByRole("region", { name: "Storage" });
  await expect(storage.getByRole("listitem").filter({ hasText: "database" })).toContainText("OK");
  await expect(page.getByRole("button", { name: "Run again" })).toBeVisible();
  expect(await inaccessible(page)).toEqual([]);
});

const recipe = `recipe_id: short\nname: Short\ndescription: Reads only.\nstages:\n  - id: ingest\n    module: story_ingest_v1\n`;

test("Settings_ModelsAreSearchedAndSortedInTheAddress", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(`${server.url}/settings`);
  const models = page.getByRole("region", { name: "Models and prices" });
  await models.getByRole("searchbox").fill("claude");
  await models.getByRole("button", { name: "In", exact: true }).click();
  await models.getByRole("button", { name: "In" }).first().click();
  await expect(page).toHaveURL(/q=claude/);
  await expect(page).toHaveURL(/sort=-input/);
  await page.reload();
  await expect(models.getByRole("columnheader", { name: /^In/ })).toHaveAttribute("aria-sort", "descending");
  const rows = models.getByRole("row").filter({ has: page.locator("td") });
  await expect(rows.first()).toContainText("claude-opus-4-6");
  for (const row of await rows.all()) await expect(row).toContainText("Anthropic");
});

test("Settings_SignOutEndsTheSession", async ({ page, serve }) => {
  const server = await serve({ token: "film-people-only-token" });
  await page.goto(`${server.url}/settings`);
  const dialog = page.getByRole("dialog", { name: "Sign in" });
  await dialog.getByLabel("Access token").fill("film-people-only-token");
  await dialog.getByRole("button", { name: "Sign in" }).click();
  const session = page.getByRole("region", { name: "Session" });
  await session.getByRole("button", { name: "Sign out everywhere" }).click();
  const plan = page.getByRole("dialog", { name: "Sign out everywhere?" });
  await expect(plan).toContainText("also those of other people");
  await plan.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(dialog).toBeVisible();
  await page.reload();
  await expect(dialog).toBeVisible();
});

test("Settings_ThemeHolds", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(`${server.url}/settings`);
  await page.getByRole("group", { name: "Theme" }).getByRole("button", { name: "Dark" }).click();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByText("What has changed").click();
  await expect(page.getByRole("heading", { name: "Unreleased" })).toBeVisible();
  expect(await inaccessible(page)).toEqual([]);
  await page.getByRole("button", { name: "System" }).click();
  await expect(page.locator("html")).not.toHaveAttribute("data-theme");
});
