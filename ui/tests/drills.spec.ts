import type { Schemas } from "~/api/types";
import { grouped } from "~/views/drills/scenarios";
import { untilRun } from "./runs";
import { expect, test } from "./server";

test("Drills_StartedOnTheSampleIsMarkedEndsAndIsListed", async ({ page, serve }) => {
  const server = await serve(); // without a key: a drill needs none
  await page.goto(`${server.url}/drills`);
  await expect(page.getByText("No drill was run yet.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Start the drill" })).toHaveAttribute("aria-disabled", "true");

  await page.getByRole("radio", { name: /^Anthropic overload/ }).check();
  await expect(page).toHaveURL(/scenario=anthropic-overload/);
  await page.getByRole("button", { name: "Start the drill" }).click();
  await expect(page).toHaveURL(/\/runs\/drill-/);
  await expect(
    page
      .getByText(/\bDrill\b/)
      .locator("visible=true")
      .first(),
  ).toBeVisible();

  const run = new URL(page.url()).pathname.split("/")[2]!;
  await untilRun(server, run, "done");
  const { state } = await server.api<{ state: Schemas["State"] }>("GET", `/api/runs/${run}/state`);
  expect(state).toMatchObject({ drill: "anthropic-overload", total_cost_usd: 0 });

  await page.goto(`${server.url}/drills?scenario=S17`);
  await expect(page.getByRole("radio", { name: /^Anthropic overload/ })).toBeChecked();
  const row = page.getByRole("row", { name: /Anthropic overload/ });
  await expect(row).toContainText("the_tide_clock.fountain");
  await expect(row).toContainText("done as expected");
  await expect(row).toContainText(/\$0\.0\d$/);
  await expect(page.getByLabel("Script", { exact: true })).toContainText("the_tide_clock.fountain"); // the sample is a script of yours now
});

test("Drills_EachScenarioHasOnePlace", async ({ serve }) => {
  const server = await serve();
  const all = await server.api<Schemas["Drill"][]>("GET", "/api/drills");
  const placed = grouped(all).flatMap((g) => g.drills.map((d) => d.name));
  expect(placed.toSorted()).toEqual(
    all
      .map((d) => d.name)
      .filter((n) => n !== "healthy")
      .toSorted(),
  );
});
