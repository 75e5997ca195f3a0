import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { log } from "../src/text/log";
import { login } from "../src/text/login";
import { common } from "../src/text/common";
import { shell } from "../src/text/shell";
import { connection, countEvents, expectWholeLog, isLive } from "./events";
import { startRun, untilRun } from "./runs";
import { expect, test, until } from "./server";

const script = "the_tide_clock.fountain";
const token = "a-token-for-this-test";

test("Connection_MissesNothingThroughCuts", async ({ page, serve, behind }) => {
  const server = await serve({ scenario: "long-calls" });
  const proxy = await behind(server);
  const { run } = await startRun(server, "Tide", script);
  await page.goto(`${proxy.url}/runs/${run}/log`);
  for (let cuts = 0; cuts < 4; cuts++) {
    const before = await countEvents(server, run);
    await until("a stream is there", () => proxy.streams === 1);
    proxy.cut();
    await until("something happens", async () => (await countEvents(server, run)) > before);
  }
  await untilRun(server, run, "done");
  await expectWholeLog(page, server, run);
  await until("the stream was resumed each time", () => proxy.begun > 4);
});

test("Connection_ReadsPagesWhereStreamsFail", async ({ page, serve, behind }) => {
  const server = await serve({ scenario: "long-calls" });
  const proxy = await behind(server);
  proxy.streamManner = "bad-gateway";
  const { run } = await startRun(server, "Tide", script);
  await page.goto(`${proxy.url}/runs/${run}/log`);
  await expect(connection(page, shell.polling)).toBeVisible();
  await untilRun(server, run, "done");
  await expectWholeLog(page, server, run);
  proxy.streamManner = null;
  await isLive(page);
});

test("Connection_SaysThatAProxyHasNoServer", async ({ page, serve, behind }) => {
  const server = await serve();
  const proxy = await behind(server);
  await page.goto(proxy.url);
  await isLive(page);
  proxy.manner = "bad-gateway";
  proxy.cut();
  await expect(page.getByText(common.unreachable.title).first()).toBeVisible();
  proxy.manner = "pass";
  await isLive(page);
  await expect(page.getByText(common.unreachable.title)).toHaveCount(0);
});

test("Connection_TabsShareOneStream", async ({ context, serve, behind }) => {
  const server = await serve({ scenario: "long-calls" });
  const proxy = await behind(server);
  const { run } = await startRun(server, "Tide", script);
  const tabs = [await context.newPage(), await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await tab.goto(`${proxy.url}/runs/${run}/log`);
    await isLive(tab);
  }
  expect(proxy.streams).toBe(1);
  await tabs[0]!.close(); // it has the stream
  await until("another tab has taken the stream", () => proxy.begun > 1 && proxy.streams === 1);
  await untilRun(server, run, "done");
  for (const tab of tabs.slice(1)) await expectWholeLog(tab, server, run);
  expect(proxy.streams).toBe(1);
});

test("Connection_WorksWithoutLocks", async ({ context, serve, behind }) => {
  await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, "locks"));
  const server = await serve();
  const proxy = await behind(server);
  const tabs = [await context.newPage(), await context.newPage()];
  const { run } = await startRun(server, "Tide", script);
  for (const tab of tabs) {
    await tab.goto(`${proxy.url}/runs/${run}/log`);
    await isLive(tab);
  }
  expect(proxy.streams).toBe(2);
  await untilRun(server, run, "done");
  for (const tab of tabs) await expectWholeLog(tab, server, run);
});

test("Connection_ShowsTheServersTimeWhereTheBrowsersIsWrong", async ({ page, serve }) => {
  await page.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 3_600_000;
  });
  const server = await serve();
  await page.goto(server.url);
  await isLive(page);
  const before = Date.now();
  await server.kill();
  const notice = page.locator(".notice-row");
  await expect(notice).toContainText(/, \d+ sec ago/);
  const clock = (ms: number) => new Date(ms).toLocaleTimeString("en-GB", { timeZone: "Europe/Berlin" });
  const seconds = Array.from({ length: 20 }, (_, i) => clock(before + (i - 16) * 1000));
  const shown = /as of (\d\d:\d\d:\d\d)/.exec((await notice.textContent())!)![1];
  expect(seconds).toContain(shown);
});

test("Connection_NoticesADatabaseThatWasPutBack", async ({ page, serve }) => {
  const server = await serve();
  const first = await startRun(server, "First Story", script);
  await untilRun(server, first.run, "done");
  await server.kill();
  const data = join(server.dir, "data");
  cpSync(data, join(server.dir, "copy"), { recursive: true });
  await server.up();
  const second = await startRun(server, "Second Story", script);
  await untilRun(server, second.run, "done");
  await page.goto(server.url);
  await isLive(page);
  await expect(page.getByText("Second Story").first()).toBeVisible();
  await server.kill();
  rmSync(data, { recursive: true });
  cpSync(join(server.dir, "copy"), data, { recursive: true });
  await server.up();
  await isLive(page);
  await expect(page.getByText("Second Story")).toHaveCount(0);
  await expect(page.getByText("First Story").first()).toBeVisible();
});

test("Login_ShowsWhatIsWrong_AndWaits", async ({ page, serve }) => {
  const server = await serve({ token });
  await page.goto(server.url);
  const field = page.getByLabel(login.token);
  await expect(field).toBeFocused();
  await field.fill("not-the-token-of-it");
  await page.keyboard.press("Enter");
  const alert = page.getByRole("dialog").getByRole("alert");
  await expect(alert).toHaveText(login.wrong);
  await expect(async () => {
    const tries = Array.from({ length: 30 }, () => page.request.post(`${server.url}/api/login`, { data: { token: "wrong" } }));
    await Promise.all(tries);
    await field.press("Enter");
    await expect(alert).toContainText("Too many tries", { timeout: 1_000 });
  }).toPass();
  await page.keyboard.press("Escape"); // the sign-in is put off, and the page says so
  await expect(connection(page, shell.signedOut)).toBeVisible();
  await page.getByRole("button", { name: shell.signIn }).click();
  await expect(page.getByRole("dialog", { name: login.title })).toBeVisible();
  await field.fill(token);
  await expect(async () => {
    // Enter does nothing while the page waits; the field is gone when the last one was taken.
    await field.press("Enter", { timeout: 500 }).catch(() => undefined);
    await expect(page.getByRole("dialog")).toHaveCount(0, { timeout: 500 });
  }).toPass();
  await isLive(page);
  expect(page.url()).not.toContain(token);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(kept).not.toContain(token);
});

test("Login_OpensOverTheRun_AndAllTabsGoOn", async ({ context, serve }) => {
  const server = await serve({ token, scenario: "long-calls" });
  const { run } = await startRun(server, "Tide", script);
  await context.request.post(`${server.url}/api/login`, { data: { token } });
  const [one, two] = [await context.newPage(), await context.newPage()];
  for (const tab of [one, two]) {
    await tab.goto(`${server.url}/runs/${run}/log`);
    await isLive(tab);
  }
  await one.getByRole("searchbox", { name: log.search }).fill("Tide");
  await server.api("POST", "/api/logout?all=1");
  for (const tab of [one, two]) await expect(tab.getByText(login.expired)).toBeVisible();
  await two.getByLabel(login.token).fill(token);
  await two.keyboard.press("Enter");
  for (const tab of [one, two]) {
    await isLive(tab);
    await expect(tab.getByRole("dialog")).toHaveCount(0);
  }
  await expect(one.getByRole("searchbox", { name: log.search })).toHaveValue("Tide");
  await untilRun(server, run, "done");
  await expectWholeLog(two, server, run);
});
