import { createRootRoute, createRoute, createRouter, lazyRouteComponent, type ErrorComponentProps } from "@tanstack/react-router";
import { Button, Empty, LinkButton, Skeleton } from "~/design/parts";
import { common } from "~/text/common";
import { Shell } from "./shell";

/*
 * The addresses of the page. Each view is loaded when it is first opened. What is selected in a view
 * stands in its search, so that a link leads to exactly what its sender saw.
 */

const text = (v: unknown): string | undefined =>
  typeof v === "string" && v !== "" ? v : typeof v === "number" ? String(v) : undefined;
const whole = (v: unknown): number | undefined =>
  Number.isSafeInteger(Number(v)) && v !== "" && v !== null && v !== undefined ? Number(v) : undefined;

const number = (v: unknown): number | undefined => (typeof v === "number" && Number.isFinite(v) && v >= 0 ? v : undefined);
const list = (v: unknown): string[] | undefined =>
  Array.isArray(v) && v.length > 0 && v.every((x) => typeof x === "string") ? v : undefined;
const record = (v: unknown): Record<string, unknown> | undefined =>
  typeof v === "object" && v !== null && !Array.isArray(v) && Object.keys(v).length > 0
    ? (v as Record<string, unknown>)
    : undefined;
const oneOf = <T extends string>(words: readonly T[], v: unknown): T | undefined => words.find((w) => w === v);

/**
 * A search of which each part may be missing. What an address has of another kind stays in as undefined:
 * the router would otherwise pass it on as it was read.
 */
function given<T extends object>(o: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return o as never;
}

type Search = Record<string, unknown>;

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: (s: Search) => given({ q: text(s["q"]), sort: text(s["sort"]) }),
  component: lazyRouteComponent(() => import("~/views/home/home"), "Home"),
});
const newRun = createRoute({
  getParentRoute: () => root,
  path: "/new",
  validateSearch: (s: Search) =>
    given({
      project: text(s["project"]),
      input: text(s["input"]),
      recipe: text(s["recipe"]),
      drill: text(s["drill"]),
      without: list(s["without"]),
      cost: number(s["cost"]),
      wait: number(s["wait"]),
      exhausted: oneOf(["fail", "pause"] as const, s["exhausted"]),
      confirm: s["confirm"] === true ? true : undefined,
      force: s["force"] === true ? true : undefined,
      params: record(s["params"]),
      line: whole(s["line"]),
    }),
  component: lazyRouteComponent(() => import("~/views/new-run/new-run"), "NewRun"),
});
const project = createRoute({
  getParentRoute: () => root,
  path: "/projects/$project",
  validateSearch: (s: Search) => given({ q: text(s["q"]) }),
  component: lazyRouteComponent(() => import("~/views/project/project"), "Project"),
});
/** What a results view has selected. */
const resultsSearch = (s: Search) =>
  given({
    scene: text(s["scene"]),
    view: text(s["view"]),
    history: text(s["history"]),
    version: whole(s["version"]),
    q: text(s["q"]),
    sort: text(s["sort"]),
    location: text(s["location"]),
    cast: text(s["cast"]),
    set: text(s["set"]),
    time: text(s["time"]),
  });
const projectResults = createRoute({
  getParentRoute: () => root,
  path: "/projects/$project/results",
  validateSearch: resultsSearch,
  component: lazyRouteComponent(() => import("~/views/results/project-results"), "ProjectResults"),
});
const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$run",
  component: lazyRouteComponent(() => import("~/views/run/run"), "Run"),
});
const runTimeline = createRoute({
  getParentRoute: () => run,
  path: "/",
  validateSearch: (s: Search) =>
    given({
      stage: text(s["stage"]),
      unit: text(s["unit"]),
      attempt: whole(s["attempt"]),
      role: text(s["role"]), // of the attempt; numbers count within it
      fold: text(s["fold"]), // "waits" or "none"; else as the run suggests
      order: text(s["order"]), // "script", else problems first
      open: text(s["open"]), // unfolded groups, with commas
    }),
  component: lazyRouteComponent(() => import("~/views/run/timeline"), "Timeline"),
});
const runLog = createRoute({
  getParentRoute: () => run,
  path: "log",
  validateSearch: (s: Search) =>
    given({
      seq: whole(s["seq"]),
      q: text(s["q"]),
      show: text(s["show"]),
      stage: text(s["stage"]),
      unit: text(s["unit"]),
      provider: text(s["provider"]),
      detail: text(s["detail"]),
    }),
  component: lazyRouteComponent(() => import("~/views/run/log"), "Log"),
});
const runResults = createRoute({
  getParentRoute: () => run,
  path: "results",
  validateSearch: resultsSearch,
  component: lazyRouteComponent(() => import("~/views/results/run-results"), "RunResults"),
});
const runScript = createRoute({
  getParentRoute: () => run,
  path: "script",
  validateSearch: (s: Search) => given({ line: whole(s["line"]), scene: text(s["scene"]) }),
  component: lazyRouteComponent(() => import("~/views/run/script"), "Script"),
});
const runCompare = createRoute({
  getParentRoute: () => run,
  path: "compare",
  validateSearch: (s: Search) => given({ with: text(s["with"]) }),
  component: lazyRouteComponent(() => import("~/views/run/compare"), "Compare"),
});
const runRecipe = createRoute({
  getParentRoute: () => run,
  path: "recipe",
  component: lazyRouteComponent(() => import("~/views/run/recipe"), "Recipe"),
});
const providers = createRoute({
  getParentRoute: () => root,
  path: "/providers",
  validateSearch: (s: Search) => given({ window: text(s["window"]), provider: text(s["provider"]) }),
  component: lazyRouteComponent(() => import("~/views/providers/providers"), "Providers"),
});
const incident = createRoute({
  getParentRoute: () => root,
  path: "/incident",
  validateSearch: (s: Search) => given({ since: text(s["since"]) }),
  component: lazyRouteComponent(() => import("~/views/incident/incident"), "Incident"),
});
const drills = createRoute({
  getParentRoute: () => root,
  path: "/drills",
  validateSearch: (s: Search) => given({ scenario: text(s["scenario"]) }),
  component: lazyRouteComponent(() => import("~/views/drills/drills"), "Drills"),
});
const recipes = createRoute({
  getParentRoute: () => root,
  path: "/recipes",
  component: lazyRouteComponent(() => import("~/views/recipes/recipes"), "Recipes"),
});
const recipe = createRoute({
  getParentRoute: () => root,
  path: "/recipes/$recipe",
  validateSearch: (s: Search) => given({ stage: text(s["stage"]), view: text(s["view"]) }),
  component: lazyRouteComponent(() => import("~/views/recipes/recipe"), "Recipe"),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  validateSearch: (s: Search) => given({ q: text(s["q"]), sort: text(s["sort"]) }),
  component: lazyRouteComponent(() => import("~/views/settings/settings"), "Settings"),
});

const tree = root.addChildren([
  home,
  newRun,
  project,
  projectResults,
  run.addChildren([runTimeline, runLog, runResults, runScript, runCompare, runRecipe]),
  providers,
  incident,
  drills,
  recipes,
  recipe,
  settings,
]);

/** Makes the router of the page. */
export function makeRouter() {
  return createRouter({
    routeTree: tree,
    scrollRestoration: true,
    defaultPendingComponent: () => <Skeleton lines={6} />,
    defaultErrorComponent: Crash,
    defaultNotFoundComponent: NotFound,
  });
}

/** Loads the views that were not opened yet, so that they open also while the server is away. */
export function preloadViews(router: ReturnType<typeof makeRouter>): void {
  for (const route of Object.values(router.routesById)) {
    const component = route.options.component as { preload?: () => Promise<void> } | undefined;
    void component?.preload?.().catch(() => undefined); // then it is loaded when it is opened
  }
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

function NotFound() {
  return (
    <Empty icon="find" title={<h1>{common.notFound.title}</h1>} actions={<LinkButton to="/">{common.notFound.home}</LinkButton>}>
      {common.notFound.hint}
    </Empty>
  );
}

/** A view that failed. A file that is not there any more means a newer page: it is loaded once. */
function Crash({ error }: ErrorComponentProps) {
  return (
    <Empty
      icon="bad"
      title={<h1>{common.crash.title}</h1>}
      actions={<Button onClick={() => location.reload()}>{common.reload}</Button>}
    >
      {common.crash.hint} <code>{String(error)}</code>
    </Empty>
  );
}
