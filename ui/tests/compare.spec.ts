import { expect as expectPure, test as pure } from "@playwright/test";
import fc from "fast-check";
import { diffLists, diffWords } from "~/diff/diff";
import { inaccessible } from "./axe";
import { startRun, untilRun } from "./runs";
import { expect, test } from "./server";

pure("Diff_JoinsToBothTexts", () => {
  const words = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 30 });
  fc.assert(
    fc.property(words, words, (a, b) => {
      const pieces = diffLists(a, b);
      expectPure(pieces.filter((p) => p.kind !== "added").map((p) => p.text)).toEqual(a);
      expectPure(pieces.filter((p) => p.kind !== "gone").map((p) => p.text)).toEqual(b);
    }),
  );
  expectPure(diffWords("Nora opens the door.", "Nora shuts the door.")).toEqual([
    { kind: "same", text: "Nora " },
    { kind: "gone", text: "opens" },
    { kind: "added", text: "shuts" },
    { kind: "same", text: " the door." },
  ]);
});

/** A run of the same file that asks anew. */
const again = (project: string, file: string) => ({
  project_id: project,
  input_file: file,
  accept_config: true,
  new: true,
  force: true,
});

test("Compare_AFailedRunAndItsRetry", async ({ page, serve }) => {
  const server = await serve({ scenario: "wrong-key" });
  const { project, file, run: first } = await startRun(server, "Tide", "the_tide_clock.fountain");
  await untilRun(server, first, "done");
  const { run_id: run } = await server.api<{ run_id: string }>("POST", "/api/runs/start", {
    ...again(project, file),
    without_providers: ["openai", "google"],
    max_wait_seconds: 0,
  });
  await untilRun(server, run, "failed");
  await server.simulator!.change("healthy");
  await server.api("POST", "/api/providers/anthropic/release", { reason: "the key was set" });
  const retry = await server.api<{ run_id: string }>("POST", `/api/runs/${run}/retry`, { max_cost_usd: 3 });
  await untilRun(server, retry.run_id, "done");

  // The run that it retries is what it is compared with.
  await page.goto(`${server.url}/runs/${retry.run_id}/compare`);
  await expect(page.getByRole("combobox", { name: "With" })).toHaveValue(run);
  await expect(page.getByText("This run took over 2 stages.")).toBeVisible();
  const stages = page.getByRole("region", { name: "Stages" });
  const scenes = stages.locator("tbody").filter({ hasText: "Find the scenes" });
  await expect(scenes.getByRole("row", { name: /^This run/ })).toContainText("claude-sonnet-4-6");
  await expect(stages.locator("tbody").filter({ hasText: "Read the script" })).toContainText("taken over");
  await expect(page.getByRole("region", { name: "Results that differ" })).toContainText("20 scenes only in this run");
  await expect(page.getByRole("region", { name: "Settings that differ" })).toContainText("Limit max_cost_usd");
  expect(await inaccessible(page)).toEqual([]);

  await page.getByRole("link", { name: "Swap" }).click();
  await expect(page).toHaveURL(`${server.url}/runs/${run}/compare?with=${retry.run_id}`);
  await expect(page.getByRole("region", { name: "Results that differ" })).toContainText("20 scenes only in the other run");
});

test("Compare_WordsThatDifferAreMarked", async ({ page, serve }) => {
  const server = await serve();
  const first = await startRun(server, "Tide", "the_tide_clock.fountain");
  await untilRun(server, first.run, "done");
  const second = await server.api<{ run_id: string }>("POST", "/api/runs/start", again(first.project, first.file));
  await untilRun(server, second.run_id, "done");
  // The offline model says the same each time: another model would have said something else.
  await page.route(`**/api/runs/${first.run}/export?format=json`, async (route) => {
    const answer = await route.fetch();
    const made = (await answer.json()) as { scenes: { data: { summary: string } }[] };
    made.scenes[1]!.data.summary = "Nora opens the clock.";
    await route.fulfill({ response: answer, json: made });
  });
  await page.goto(`${server.url}/runs/${second.run_id}/compare`);
  const results = page.getByRole("region", { name: "Results that differ" });
  await results.getByText("INT. BELL CLOCK REPAIR - DAY").click();
  await expect(results.locator("del")).toHaveText("Nora opens the clock.");
  await expect(results).toContainText("19 scenes are the same");
});
