import type { Page } from "@playwright/test";
import { startRun, untilRun } from "./runs";
import { expect, test, type Server } from "./server";

const script = "the_tide_clock.fountain";
const heading = (page: Page) => page.locator(".band").getByRole("heading", { level: 1 });
const dialog = (page: Page) => page.getByRole("dialog");

/** The buttons of the band, which stand before those of the panel. */
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).first();

/** Confirms the plan that is open. */
const confirm = (page: Page, name: string) => dialog(page).getByRole("button", { name, exact: true }).click();

interface Call {
  status: number;
  prompt: string;
  complete: boolean;
}

/** The prompts that were answered, and so paid. */
async function paid(server: Server): Promise<string[]> {
  return ((await server.simulator!.calls()) as Call[]).filter((c) => c.status === 200 && c.complete).map((c) => c.prompt);
}

test("Actions_TryNowEndsAWait", async ({ page, serve }) => {
  const server = await serve({ scenario: "all-down" });
  const { run } = await startRun(server, "Tide", script);
  await untilRun(server, run, "waiting");
  await page.goto(`${server.url}/runs/${run}`);
  await expect(heading(page)).toContainText("waits");
  await server.simulator!.change("healthy");

  await page.keyboard.press("t");
  await expect(dialog(page)).toContainText("Ends the wait of 4 scenes and asks Anthropic, OpenAI and Google at once.");
  await expect(dialog(page).getByRole("button", { name: "Back" })).toBeFocused();
  await confirm(page, "Try now");

  await expect(heading(page)).toHaveText("Done: 20 scenes.");
});

/** The key is rejected in the middle of the scenes. */
const keyRejectedFromCallNine = `id: test
name: key-rejected
description: The key is rejected from the ninth call on.
rules:
  - name: rejected
    when: {provider: anthropic, calls: [${Array.from({ length: 60 }, (_, i) => i + 9).join(", ")}]}
    fault: {error: auth}
`;

test("Actions_RetryFailedStageKeepsWhatIsDone", async ({ page, serve }) => {
  const server = await serve({ scenario: keyRejectedFromCallNine });
  const { run } = await startRun(server, "Tide", script, { without_providers: ["openai", "google"] });
  await untilRun(server, run, "failed");
  await page.goto(`${server.url}/runs/${run}`);
  await expect(heading(page)).toHaveText("Anthropic rejected the key.");
  await expect(page.getByText(/\d+ of 20 scenes are finished and kept\./)).toBeVisible();
  expect((await paid(server)).length).toBeGreaterThan(0);
  await server.simulator!.change("healthy");

  await page.keyboard.press("r");
  await expect(dialog(page)).toContainText("Keeps“Read the script”");
  await expect(dialog(page)).toContainText(/\d+ of 20 answers of “Find the scenes”/);
  await expect(dialog(page)).toContainText("Costs");
  await dialog(page).getByLabel("Reason").fill("the key is right now");
  await confirm(page, "Retry Failed Stage");

  await expect(page).toHaveURL(/-retry-\w+$/);
  await expect(heading(page)).toHaveText("Done: 20 scenes.");
  await expect(page.getByLabel("Related runs")).toContainText("“the key is right now”");
  const prompts = await paid(server);
  expect(new Set(prompts).size).toBe(prompts.length); // nothing was asked and paid for twice

  // The run that failed says what became of it.
  await page.goBack();
  await expect(heading(page)).toHaveText("Anthropic rejected the key.");
  await expect(page.getByText(/Run [\w-]+ goes on from here\./)).toBeVisible();
});

test("Actions_RetryLeavesAProviderOut", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const { run } = await startRun(server, "Tide", script);
  await untilRun(server, run, "done");
  await page.goto(`${server.url}/runs/${run}`);

  await button(page, "Retry from a stage").click();
  await dialog(page).getByLabel("Start").selectOption({ label: "From: Find the scenes" });
  await dialog(page).getByLabel("Anthropic").uncheck();
  await expect(dialog(page)).toContainText("Keeps“Read the script”, “Put it into screenplay form”, 20 of 20 answers");
  await confirm(page, "Retry from a stage");

  await expect(page).toHaveURL(/-retry-\w+$/);
  await expect(heading(page)).toHaveText("Done: 20 scenes.");
  const id = page.url().split("/").at(-1)!;
  const { state } = await server.api<{ state: { without_providers: string[] } }>("GET", `/api/runs/${id}/state`);
  expect(state.without_providers).toEqual(["anthropic"]);
});

test("Actions_ChangeProvidersContinuesAWaitingRun", async ({ page, serve }) => {
  const server = await serve({ scenario: "all-down" });
  const { run } = await startRun(server, "Tide", script);
  await untilRun(server, run, "waiting");
  await page.goto(`${server.url}/runs/${run}`);

  await button(page, "Change providers").click();
  await expect(dialog(page).getByRole("button", { name: "Continue with these" })).toHaveAccessibleDescription(
    "Nothing is changed yet.",
  );
  await dialog(page)
    .getByLabel(/^Anthropic/)
    .uncheck();
  await confirm(page, "Continue with these");

  await expect(page).toHaveURL(/-retry-\w+$/);
  await expect(page.getByLabel("Related runs")).toContainText("“without Anthropic”");
  await untilRun(server, run, "cancelled");
});

test("Actions_SettingsAreAcceptedAfterACheck", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const { run } = await startRun(server, "Tide", script, { accept_config: false });
  await untilRun(server, run, "paused");
  await page.goto(`${server.url}/runs/${run}`);

  await expect(heading(page)).toHaveText("The settings are waiting for your check.");
  await expect(page.getByRole("link", { name: "Check the settings" })).toHaveAttribute(
    "href",
    new RegExp(`/runs/${run}/results`),
  );
  await expect(button(page, "Retry Failed Stage")).toHaveAttribute("aria-disabled", "true");
  await expect(button(page, "Retry Failed Stage")).toHaveAccessibleDescription(/resume or cancel it first/);
  await button(page, "Accept and continue").click();
  await confirm(page, "Accept and continue");

  await expect(heading(page)).toHaveText("Done: 20 scenes.");
});

test("Actions_CancelSaysWhatItKeepsAndEscLeaves", async ({ page, serve }) => {
  const server = await serve({ scenario: "all-down" });
  const { run } = await startRun(server, "Tide", script);
  await untilRun(server, run, "waiting");
  await page.goto(`${server.url}/runs/${run}`);

  await button(page, "Cancel run").click();
  await expect(dialog(page)).toContainText("Retry Failed Stage goes on with what is missing.");
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await expect(button(page, "Cancel run")).toBeFocused();

  await button(page, "Cancel run").click();
  await dialog(page).getByLabel("Reason").fill("wrong draft");
  await confirm(page, "Cancel run");
  await expect(heading(page)).toHaveText(/^Cancelled at /);
  await expect(page.getByText("“wrong draft”").first()).toBeVisible();

  // A retry of another kind is in progress meanwhile: the plan stays, and leads to it.
  const other = await server.api<{ run_id: string }>("POST", `/api/runs/${run}/retry`, { full: true });
  await button(page, "Retry Failed Stage").click();
  await confirm(page, "Retry Failed Stage");
  await expect(dialog(page).getByRole("alert")).toBeVisible();
  await expect(dialog(page).getByRole("link", { name: `Open ${other.run_id}` })).toBeVisible();
});

test("Actions_AChangedPlanIsShownBeforeItIsDone", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  const { run } = await startRun(server, "Tide", script);
  await untilRun(server, run, "done");
  // The first request carries the tag of another plan, as after a change meanwhile.
  let sent = 0;
  await page.route("**/retry", (route) =>
    sent++ === 0 ? route.continue({ headers: { ...route.request().headers(), "if-match": '"another"' } }) : route.continue(),
  );
  await page.goto(`${server.url}/runs/${run}`);

  await button(page, "Retry Full Run").click();
  await confirm(page, "Retry Full Run");
  await expect(dialog(page)).toContainText("The plan changed meanwhile.");
  await confirm(page, "Retry Full Run");

  await expect(page).toHaveURL(/-retry-\w+$/);
  await expect(heading(page)).toHaveText("Done: 20 scenes.");
});
