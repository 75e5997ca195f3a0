import type { Locator, Page } from "@playwright/test";
import { splitTimes } from "~/design/sentence";
import type { Schemas } from "~/api/types";
import { cells, outSeconds, spans } from "~/views/providers/history";
import { startRun, untilRun } from "./runs";
import { expect, test, type Server } from "./server";

const card = (page: Page, name: string): Locator => page.getByRole("region", { name, exact: true });
const lamp = (page: Page, name: string): Locator => page.getByRole("group", { name: "Providers" }).getByRole("link", { name });
const changes = (page: Page): Locator => page.getByRole("region", { name: "What changed, and why" }).first();

/** A server whose run has met Anthropic's overload, and went on with another provider. */
async function afterOverload(serve: (o: { scenario: string }) => Promise<Server>): Promise<Server> {
  const server = await serve({ scenario: "anthropic-overload" });
  const { run } = await startRun(server, "The Tide Clock", "the_tide_clock.fountain");
  await untilRun(server, run, "done");
  return server;
}

test("Providers_OutageIsShownWithItsEvidence", async ({ page, serve }) => {
  const server = await afterOverload(serve);
  await page.goto(`${server.url}/providers`);

  const out = card(page, "Anthropic");
  await expect(out).toContainText(/out since \d\d:\d\d:\d\d/i);
  await expect(out).toContainText("Overloaded (529). Their side");
  const [anthropic] = await server.api<Schemas["Provider"][]>("GET", "/api/providers");
  await expect(out).toContainText(anthropic!.evidence!);
  await expect(out).toContainText(anthropic!.last_failure!.request_id!);
  await expect(out).toContainText(/Next probe\d\d:\d\d:\d\d, in 0:\d\d|Next probewith the next request to it/);
  await expect(lamp(page, "Anthropic")).toContainText(/out since \d\d:\d\d|being probed/);
  await expect(card(page, "Overall")).toContainText("Failed tries since");

  await out.getByRole("link", { name: "see it in the run" }).click();
  await expect(page).toHaveURL(/runs\/run-.*unit=scene_/);
});

test("Providers_FiguresAreThoseOfTheHistory", async ({ page, serve }) => {
  const server = await afterOverload(serve);
  await page.goto(`${server.url}/providers?window=24h`);

  const history = await server.api<Schemas["History"]>("GET", "/api/providers/history?window=24h&bucket=15m");
  for (const p of history.providers) {
    const { answered, failed } = p.total;
    const name = { anthropic: "Anthropic", openai: "OpenAI", google: "Google" }[p.provider]!;
    await expect(card(page, name).getByRole("img")).toHaveAccessibleName(
      new RegExp(`^${name}, last 24 hours: ${answered} of ${answered + failed} tries answered`),
    );
    await expect(card(page, name)).toContainText(`Answered${answered} of ${answered + failed}`);
  }
  const failed = history.providers.find((p) => p.provider === "anthropic")!.total.failed;
  await expect(page.getByRole("row", { name: `Overloaded theirs ${failed}` })).toBeVisible();

  await card(page, "Anthropic").getByText("The same as a table").click();
  await expect(card(page, "Anthropic").getByRole("row", { name: new RegExp(`failed 0 ${failed}$`) })).toBeVisible();
  await page.getByLabel("Window").selectOption("Last hour");
  await expect(page).toHaveURL(/window=1h/);
});

test("Providers_HeldWithAReasonByWhom", async ({ page, serve }) => {
  const server = await serve({ scenario: "healthy" });
  await page.goto(`${server.url}/providers`);

  await card(page, "OpenAI").getByRole("button", { name: "Hold" }).click();
  const plan = page.getByRole("dialog", { name: "Hold OpenAI" });
  await expect(plan).toContainText("Runs go to Anthropic and Google");
  await expect(plan.getByRole("button", { name: "Back" })).toBeFocused();
  await expect(plan.getByRole("button", { name: "Hold" })).toHaveAttribute("aria-disabled", "true");
  await plan.getByLabel("Until").selectOption("4 hours");
  await plan.getByLabel("Reason").fill("the account is under review");
  await plan.getByRole("button", { name: "Hold" }).click();

  await expect(plan).toBeHidden();
  await expect(card(page, "OpenAI")).toContainText(/Held by a user of the page until .*\d\d:\d\d/);
  await expect(lamp(page, "OpenAI")).toContainText(/held until \d\d:\d\d/);
  await expect(changes(page)).toContainText(/A user of the page held OpenAI until .*: “the account is under review”/);
  const held = (await server.api<Schemas["Provider"][]>("GET", "/api/providers")).find((p) => p.name === "openai")!.held!;
  expect(Date.parse(held.until) - Date.now()).toBeGreaterThan(3.9 * 3600_000);

  await card(page, "OpenAI").getByRole("button", { name: "Release" }).click();
  const release = page.getByRole("dialog", { name: "Release OpenAI" });
  await expect(release).toContainText("the account is under review");
  await release.getByLabel("Reason").fill("it is cleared");
  await release.getByRole("button", { name: "Release" }).click();
  await expect(lamp(page, "OpenAI")).toContainText("OK");
  await expect(changes(page)).toContainText("A user of the page released OpenAI: “it is cleared”");
});

test("Providers_ProbedOnDemand", async ({ page, serve }) => {
  const server = await afterOverload(serve);
  await server.simulator!.change("healthy");
  await page.goto(`${server.url}/providers?provider=anthropic`);

  await card(page, "Anthropic").getByRole("button", { name: "Probe now" }).click();
  const plan = page.getByRole("dialog", { name: "Probe Anthropic now" });
  await plan.getByLabel("Reason").fill("their status page is green");
  await plan.getByRole("button", { name: "Probe now" }).click();
  await expect(changes(page)).toContainText("as a probe: “their status page is green”");

  const { run } = await startRun(server, "The Well", "the_well.txt");
  await untilRun(server, run, "done");
  await expect(changes(page).getByRole("row", { name: /Anthropic in use/ })).toBeVisible();
});

test("Providers_WithoutKeysTeach", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(`${server.url}/providers`);

  await expect(card(page, "Offline model")).toContainText("It answers now, since no provider has a key");
  await expect(card(page, "Offline model")).toContainText("ANTHROPIC_API_KEY");
  await expect(card(page, "Google")).toContainText("GEMINI_API_KEY is not set.");
  await expect(card(page, "Google").getByRole("button")).toHaveCount(0);
  await expect(page.getByText("No provider has gone out or come back yet")).toBeVisible();
});

const at = (minute: number): string => `2026-11-30T12:${String(minute).padStart(2, "0")}:00Z`;

test("History_CellsSayWhatHappened", () => {
  const bucket = (minute: number, answered: number, failed: number) => ({ ts: at(minute), answered, failed });
  const own = {
    buckets: [bucket(0, 3, 0), bucket(1, 2, 1), bucket(2, 0, 2), bucket(4, 0, 1)],
    intervals: [
      { kind: "out", since: "2026-11-30T12:02:30Z", until: at(5) },
      { kind: "cooldown", since: at(6), until: at(7) },
      { kind: "held", since: at(7), until: null },
      { kind: "out", model: "one-of-many", since: at(5), until: at(6) },
    ],
  } as unknown as Schemas["ProviderHistory"];
  const history = { from: at(0), until: at(9), bucket_seconds: 60 } as Schemas["History"];

  const all = cells(history, own);
  expect(all.map((c) => c.state)).toEqual(["answered", "mixed", "refused", "out", "probe", "unused", "limited", "held", "held"]);
  expect(spans(all).at(-1)).toMatchObject({ from: Date.parse(at(7)), until: Date.parse(at(9)) });
  expect(outSeconds(history, own, Date.parse(at(4)))).toBe(90);
});

test("Sentence_FindsItsTimes", () => {
  const parts = splitTimes("It failed from 23:59 to 00:03 UTC, since 2026-11-29 13:58 UTC, asked at 00:04:05 UTC.", at(0));
  const time = (iso: string, seconds = false) => ({ at: Date.parse(iso), seconds });
  expect(parts).toEqual([
    "It failed from ",
    time("2026-11-30T23:59Z"),
    " to ",
    time("2026-11-30T00:03Z"),
    ", since ",
    time("2026-11-29T13:58Z"),
    ", asked at ",
    time("2026-11-30T00:04:05Z", true),
    ".",
  ]);
});
