import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { expect, type Page, type Route } from "@playwright/test";
import { common } from "~/text/common";
import { login } from "~/text/login";
import { startRun, untilRun, type StartedRun } from "./runs";
import { Server, test as base } from "./server";

/*
 * Each view in each state that it can be in, in both themes: that it says what is so, that nothing in it
 * breaks, and that axe finds nothing. What a view does besides is in the view's own tests.
 */

/** An address of the page: with a run that there is, or where there is nothing yet. */
interface View {
  path: string;
  ready: (run: StartedRun) => string;
  empty: string;
}

const ofRun = (part: string): View => ({
  path: `/runs/$run${part}`,
  ready: ({ run }) => `/runs/${run}${part}`,
  empty: `/runs/run-that-is-not${part}`,
});
const fixed = (path: string): View => ({ path, ready: () => path, empty: path });

const views: View[] = [
  fixed("/"),
  { path: "/new", ready: ({ project, file }) => `/new?project=${project}&input=${encodeURIComponent(file)}`, empty: "/new" },
  { path: "/projects/$project", ready: ({ project }) => `/projects/${project}`, empty: "/projects/bare" },
  { path: "/projects/$project/results", ready: ({ project }) => `/projects/${project}/results`, empty: "/projects/bare/results" },
  ...["", "/log", "/results", "/script", "/compare", "/recipe"].map(ofRun),
  fixed("/providers"),
  fixed("/incident"),
  fixed("/drills"),
  fixed("/recipes"),
  { path: "/recipes/$recipe", ready: () => "/recipes/mvp_ingest", empty: "/recipes/recipe-that-is-not" },
  fixed("/settings"),
  { path: "*", ready: () => "/nothing/here", empty: "/nothing/here" },
];

/** A state of a view: what the server does, and what the page then shows. */
interface State {
  name: string;
  bare?: boolean; // the server has nothing yet
  api?: (route: Route) => Promise<void>;
  shows: (page: Page, view: View) => Promise<void>;
}

const problem = (status: number, code: string, message: string) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({ type: "about:blank", title: message, status, code, message, hint: null, request_id: "r" }),
});

const isStream = (route: Route): boolean => new URL(route.request().url()).pathname === "/api/events/stream";

/** Waits for what is loaded in the page, past the pauses between its tries. */
async function settles(page: Page): Promise<void> {
  await expect(page.locator("main .skel")).toHaveCount(0);
  const main = page.locator("main");
  await expect(main.getByRole("heading", { level: 1 }).or(main.getByRole("alert")).first()).toBeVisible();
}

/** Waits for an alert, past the pauses between the page's tries. A view that asks for nothing has none. */
async function alerts(page: Page, view: View, text: string): Promise<void> {
  if (view.path === "*") return settles(page);
  await expect
    .poll(async () => {
      await page.clock.fastForward(3_000);
      return page.locator("main").getByRole("alert").filter({ hasText: text }).count();
    })
    .toBeGreaterThan(0);
}

const states: State[] = [
  { name: "ready", shows: settles },
  { name: "empty", bare: true, shows: settles },
  {
    name: "loading",
    api: (route) => (isStream(route) ? route.continue() : new Promise(() => undefined)), // it never answers
    shows: async (page) => expect(page.locator("main > *").first()).toBeVisible(),
  },
  {
    name: "500",
    api: (route) => (isStream(route) ? route.continue() : route.fulfill(problem(500, "internal", "The disk is full"))),
    shows: (page, view) => alerts(page, view, "The disk is full"),
  },
  {
    name: "401",
    api: (route) =>
      route.request().url().endsWith("/api/session")
        ? route.fulfill({ json: { token_required: true, authenticated: false, name: null, channel: "page", expires_at: null } })
        : route.fulfill(problem(401, "unauthorized", "this server wants its token")),
    shows: async (page) => expect(page.getByRole("dialog", { name: login.title }).getByLabel(login.token)).toBeFocused(),
  },
  {
    name: "offline",
    api: (route) => route.abort(),
    shows: (page, view) => alerts(page, view, common.unreachable.title),
  },
  {
    name: "stale",
    shows: async (page) => {
      await settles(page);
      await page.route("**/api/**", (route) => route.abort());
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await expect
        .poll(async () => {
          await page.clock.fastForward(36_000); // longer than the stream may be silent
          return page.locator("html.is-stale").count();
        })
        .toBe(1);
      await expect(page.getByText(common.unreachable.title).first()).toBeVisible();
    },
  },
];

/** What the tests of a worker share. */
interface Stage {
  full: Server;
  bare: Server;
  run: StartedRun;
  page: Page;
  broken: string[]; // what the page threw
}

const test = base.extend<object, { stage: Stage }>({
  stage: [
    async ({ browser }, use) => {
      const [full, bare] = await Promise.all([Server.start({ scenario: "healthy" }), Server.start()]);
      const run = await startRun(full, "Night Bus", "night_bus.txt");
      await untilRun(full, run.run, "done");
      await bare.api("POST", "/api/projects/new", { slug: "bare", display_name: "Bare" });
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        colorScheme: "light",
        reducedMotion: "reduce",
      });
      const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
      await context.addInitScript({ content: readFileSync(axe, "utf8") });
      const page = await context.newPage();
      await page.clock.install();
      const broken: string[] = [];
      page.on("pageerror", (e) => broken.push(String(e)));
      await use({ full, bare, run, page, broken });
      await context.close();
      await Promise.all([full.stop(), bare.stop()]);
    },
    { scope: "worker" },
  ],
});

/** Lists what axe finds: rule, element and why. */
async function violations(page: Page, run: { type: "tag" | "rule"; values: string[] }): Promise<string[]> {
  const { violations } = await page.evaluate(
    (runOnly) =>
      (window as never as { axe: { run(o: object): Promise<AxeResults> } }).axe.run({ runOnly, resultTypes: ["violations"] }),
    run,
  );
  return violations.flatMap((v) =>
    v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary?.replace(/\s+/g, " ")}`),
  );
}

for (const view of views) {
  for (const state of states) {
    test(`States_${state.name} ${view.path}`, async ({ stage }) => {
      const { page, broken } = stage;
      const server = state.bare ? stage.bare : stage.full;
      await page.unrouteAll({ behavior: "ignoreErrors" });
      if (state.api) await page.route("**/api/**", state.api);
      broken.length = 0;
      await page.goto(server.url + (state.bare ? view.empty : view.ready(stage.run)), { waitUntil: "commit" });
      await state.shows(page, view);
      await expect(page.getByText(common.crash.title)).toHaveCount(0);

      const light = await violations(page, { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
      await page.evaluate(() => (document.documentElement.dataset["theme"] = "dark"));
      const dark = await violations(page, { type: "rule", values: ["color-contrast"] }); // all else is the same

      expect({ light, dark, broken }).toEqual({ light: [], dark: [], broken: [] });
    });
  }
}

test("States_AreOfAllViews", () => {
  const router = readFileSync(new URL("../src/app/router.tsx", import.meta.url), "utf8");
  const paths = [...router.matchAll(/path: "([^"]+)"/g)].map(([, path]) =>
    path!.startsWith("/") ? path! : `/runs/$run/${path}`,
  );
  const known = new Set(views.map((v) => v.path));
  expect(paths.filter((path) => !known.has(path) && path !== "/")).toEqual([]);
});
