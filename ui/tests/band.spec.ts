import { expect, test } from "@playwright/test";
import type { Run, RunState, Schemas } from "~/api/types";
import { gistOf } from "~/run/gist";
import { bandOf } from "~/views/run/band/band-model";
import { stepsOf } from "~/views/run/band/next";
import { recordings } from "./golden";

const recorded = Object.fromEntries(recordings().map((r) => [r.name, r]));
const at = 1_795_986_580; // s since 1970

const failures = [
  { error_class: "overloaded", fault: "theirs", retryable: true },
  { error_class: "auth", fault: "yours", retryable: false },
] as Schemas["FailureClass"][];

const words = {
  pause_reasons: { exhausted: "no provider could answer in the time allowed" },
} as unknown as Schemas["Vocabulary"];

/** The band of a recorded run whose state is changed. */
function band(name: string, change: (s: Run) => void = () => undefined, cancelling = false) {
  const r = recorded[name]!;
  const state = structuredClone(r.state);
  change(state);
  const answer: RunState = { run_id: state.run_id, state, background_error: null, actions: [], acts: [] };
  return bandOf({ answer, gist: gistOf(r.events), asking: 0, failures, words, cancelling, now: at * 1000 });
}

/** The stage that finds the scenes. */
const scenes = (s: Run) => s.stages["extract_scenes"]!;

const said = (b: ReturnType<typeof band>): string => b.why.map((w) => w.text).join(" ");

test("Band_SaysWhoHelpedAndWhy", () => {
  const b = band("anthropic-overload");
  expect([b.pill, b.tone, b.mark]).toEqual(["Done", "ok", "✓"]);
  expect(b.title).toMatch(/^Done: \d+ scenes?\.$/);
  expect(said(b)).toMatch(/Used OpenAI for \d+ scenes? because Anthropic was overloaded\./);
});

test("Band_SaysWhatFailedAndThatTheScriptIsFine", () => {
  const b = band("wrong-key", (s) => {
    s.status = "failed";
    s.needs_you = true;
    Object.assign(scenes(s), {
      status: "failed",
      final_error_class: "auth",
      failed_provider: "anthropic",
      terminal_reason: "non_retryable_error",
    });
  });
  expect([b.pill, b.tone, b.mark]).toEqual(["Failed", "bad", "!"]);
  expect(b.title).toContain("Anthropic rejected the key");
  expect(said(b)).toContain("Your script is fine.");
  expect(said(b)).toContain("Nothing is tried again until someone fixes it.");
});

/** Makes a run wait for providers until some time later. */
function wait(s: Run, ...standings: Partial<Schemas["ProviderStanding"]>[]): void {
  s.status = "waiting";
  s.finished_at = null;
  s.next_attempt_at = at + 20;
  s.providers = standings as Schemas["ProviderStanding"][];
  Object.assign(scenes(s), {
    status: "waiting",
    units_done: 1,
    units_total: 4,
    waits: [{ unit: "scene_002", role: "work", since: at - 10, until: at + 20, reason: "" }],
  });
}

test("Band_WaitingSaysForWhomUntilWhenAndWhatIsKept", () => {
  const out = { state: "out", since: at - 60, until: at + 20, error_class: "overloaded" } as const;
  const b = band("all-down", (s) => wait(s, { ...out, name: "anthropic" }, { ...out, name: "openai" }));
  expect([b.pill, b.tone, b.mark]).toEqual(["Waiting", "wait", "⏸"]);
  expect(b.title).toBe("Anthropic and OpenAI are overloaded. This run waits and goes on by itself.");
  expect(said(b)).toContain("1 of 4 scenes are finished and kept.");
  expect(said(b)).toContain("Nothing is wrong with your script or your keys.");
  expect(b.count).toMatchObject({ kind: "until", at: at + 20, since: at - 10 });
});

test("Band_WaitingForSeveralCausesNamesEach", () => {
  const b = band("all-down", (s) =>
    wait(
      s,
      { name: "anthropic", state: "out", since: at - 60, until: at + 20, error_class: "overloaded" },
      { name: "openai", state: "limited", since: at - 9, until: at + 40, error_class: "rate_limited" },
    ),
  );
  expect(b.title).toBe("No provider can answer now. This run waits and goes on by itself.");
  expect(said(b)).toMatch(/Anthropic is overloaded, out since .*OpenAI has reached its rate limit until /);
});

test("Band_NeedsAKey", () => {
  const b = band("all-down", (s) => {
    wait(s);
    s.needs = [{ kind: "key", name: "ANTHROPIC_API_KEY" }];
  });
  expect([b.pill, b.mark]).toEqual(["Waiting, needs you", "!"]);
  expect(b.title).toBe("This run needs ANTHROPIC_API_KEY to go on.");
});

test("Band_PausedSaysWhy", () => {
  const pause = (reason: string) => (s: Run) => {
    s.status = "paused";
    s.needs_you = true;
    Object.assign(scenes(s), { status: "paused", pause_reason: reason });
  };
  expect(band("healthy", pause("awaiting_confirmation")).title).toBe("The settings are waiting for your check.");
  expect(band("healthy", pause("exhausted")).title).toBe("Paused: no provider could answer in the time allowed.");
  expect(band("healthy", pause("exhausted")).pill).toBe("Paused, needs you");
});

test("Band_SaysQueuedRunningCancellingAndDryRun", () => {
  const run = (status: Run["status"]) => (s: Run) => {
    Object.assign(s, { status, finished_at: null });
    Object.assign(scenes(s), { status: "running", doing: "Finding the scenes", units_done: 2, units_total: 4 });
  };
  expect(band("healthy", run("queued")).pill).toBe("Queued");
  const running = band("healthy", run("running"));
  expect(running.title).toBe("Finding the scenes: 2 of 4.");
  expect(running.announce).not.toContain("2"); // counts are not announced one by one
  expect(band("healthy", run("running"), true).pill).toBe("Cancelling");
  expect(band("healthy", (s) => (s.dry_run = true)).pill).toBe("Dry run, no mistake found");
});

test("Band_CancelledSaysWhatIsKept", () => {
  const b = band("cancel", (s) => Object.assign(scenes(s), { units_done: 1, units_total: 4 }));
  expect(b.title).toMatch(/^Cancelled at .*\. 1 of 4 scenes are kept\.$/);
});

test("Next_GuessesAreWordedAsGuesses", () => {
  const state = structuredClone(recorded["all-down"]!.state);
  const next = [
    { at: at + 20, what: "look", stage_id: "extract_scenes" },
    { at: at + 20, what: "probe", stage_id: "extract_scenes", provider: "anthropic" },
    { at: at + 30, what: "limit_ends", stage_id: "extract_scenes", provider: "openai" },
    { at: at + 999, what: "stage_fails", stage_id: "extract_scenes" },
  ] as Schemas["Next"][];
  const steps = stepsOf({ run_id: "r", state: { ...state, next }, background_error: null, actions: [], acts: [] });
  expect(steps.map((s) => s.text)).toEqual([
    "Asks Anthropic again, with one request",
    "OpenAI can answer again, or asks for a longer wait",
    "Keeps trying until then, then stops and keeps all. You can close this page",
  ]);
});
