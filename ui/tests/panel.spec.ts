import type { RunEvent } from "~/api/types";
import { messagesOf } from "~/views/run/panel/messages";
import { recordings } from "./golden";
import { startRun, untilRun } from "./runs";
import { expect, test } from "./server";

const script = "the_tide_clock.fountain";

test("Panel_RepeatedNoticesStayOneMessage", () => {
  const { events } = recordings().find((r) => r.name === "all-down")!;
  const all = messagesOf(events);
  const retries = all.filter((m) => m.kind === "stage_retrying");
  expect(retries.length).toBeGreaterThan(0);
  expect(retries.reduce((n, m) => n + m.count, 0)).toBe(events.filter((e) => e.event === "stage_retrying").length);
  // Each has the words and the place of the last event that it stands for.
  for (const m of all) expect(events.find((e) => e.seq === m.seq)!.message).toBe(m.text);
  // With more events, messages that are there keep their place and their key.
  const some = messagesOf(events.slice(0, -10) as RunEvent[]);
  expect(
    messagesOf(events)
      .slice(0, some.length)
      .map((m) => m.key),
  ).toEqual(some.map((m) => m.key));
});

test("Panel_HasWhatOneLooksForInAnOutage", async ({ page, serve }) => {
  const server = await serve({ scenario: "all-down" });
  const { run } = await startRun(server, "Tide", script);
  await untilRun(server, run, "waiting");
  await page.goto(`${server.url}/runs/${run}`);
  const panel = page.getByRole("complementary", { name: "Status" });

  await expect(panel.getByLabel("How it stands")).toContainText(/Retrying4 scenes wait for the next try/);
  await expect(panel.getByLabel("How it stands")).toContainText(/Next tryin (0:\d\d|now) at \d\d:\d\d:\d\d/);
  await expect(panel.getByLabel("How it stands")).toContainText(/Fallback\w+ [\w.-]+, in place of \w+ [\w.-]+/);
  await expect(panel.getByRole("button", { name: "Retry Failed Stage" })).toHaveAttribute("aria-disabled", "true");
  await expect(panel.getByRole("button", { name: "Retry Full Run" })).toHaveAccessibleDescription(/goes on by itself/);
  const log = panel.getByRole("log");
  await expect(log.locator(".msg.now")).toHaveCount(1);
  await expect(log.locator(".msg.now").getByRole("button", { name: "Try now" })).toBeVisible();

  // A message leads to its event.
  const link = log.getByRole("link", { name: /event 1 in the log$/i });
  await link.click();
  await expect(page).toHaveURL(/\/log\?seq=1$/);
});

test("Panel_AnswersQuestionsWithoutAModelAndKeepsThem", async ({ page, serve }) => {
  const server = await serve({ scenario: "wrong-key" });
  const { run, project } = await startRun(server, "Tide", script, { without_providers: ["openai", "google"] });
  await untilRun(server, run, "failed");
  await page.goto(`${server.url}/runs/${run}`);
  const log = page.getByRole("log");
  await expect(page.getByLabel("How it stands")).toContainText("Final error classKey rejected");
  const before = (await server.simulator!.calls()).length;

  await page.getByRole("button", { name: "Why did it fail?" }).click();
  await expect(log).toContainText("Set a valid ANTHROPIC_API_KEY, then retry.");
  await expect(log.getByRole("button", { name: "Retry Failed Stage" })).toBeVisible();
  await page.getByLabel("Ask about this run").fill("What did it cost me?");
  await page.keyboard.press("Enter");
  await expect(log).toContainText("$0.00 in all.");
  await page.getByLabel("Ask about this run").fill("Sing me a song");
  await page.keyboard.press("Enter");
  await expect(log).toContainText("no model was asked"); // the server's own words about the run

  await page.reload();
  await expect(log).toContainText("What did it cost me?");
  await expect(log).toContainText("$0.00 in all.");
  expect((await server.simulator!.calls()).length).toBe(before);
  const kept = await server.api<{ type: string; run_id: string }[]>("GET", `/api/projects/${project}/chat`);
  expect(kept.filter((m) => m.type === "user_message" && m.run_id === run)).toHaveLength(3);
});
