import { expect, test } from "@playwright/test";
import fc from "fast-check";
import type { RunEvent } from "~/api/types";
import { openWait, reduce, reduceAll, stageOf, start, unitOf, type RunView } from "~/run/view";
import { expectKept, recordings } from "./golden";

const all = recordings();

const viewOf = (events: readonly RunEvent[]): RunView => reduceAll(start, events).view;

const recorded = (name: string): RunEvent[] => all.find((r) => r.name === name)!.events;

/** The view without what the events have in full. */
const brief = (view: RunView): unknown =>
  JSON.parse(
    JSON.stringify(view, (key, value: unknown) => {
      if (key === "unitAt") return undefined;
      if (key === "decision" && value !== null) {
        const d = value as { round: number; why: string; others: { reason: string; model: string }[] };
        return { round: d.round, why: d.why, others: d.others.map((v) => `${v.model}: ${v.reason}`).join("; ") };
      }
      return value;
    }),
  );

for (const r of all) {
  test(`View_IsAsKept ${r.name}`, () => {
    expectKept(`${r.name}.view.json`, brief(viewOf(r.events)));
  });

  test(`View_AgreesWithTheState ${r.name}`, () => {
    // The state is compared after each event whose folding the server has recorded: the last one.
    const view = viewOf(r.events);
    const { state } = r;
    expect(view.status).toBe(state.status);
    expect(view.seq).toBe(r.events.length);
    expect(view.totals.costUSD).toBeCloseTo(state.total_cost_usd, 9);
    expect([view.totals.inputTokens, view.totals.outputTokens]).toEqual([state.tokens.input, state.tokens.output]);
    expect(view.totals.estimated).toBe(state.estimated_attempts ?? 0);
    expect(view.stages.map((s) => s.id)).toEqual(state.stage_order);
    for (const s of view.stages) {
      const of = state.stages[s.id]!;
      expect({ id: s.id, status: s.status, done: s.unitsDone, total: s.unitsTotal, tries: s.totals.tries }).toEqual({
        id: s.id,
        status: of.status,
        done: of.units_done,
        total: of.units_total,
        tries: of.attempt_count,
      });
      expect(s.totals.answers).toBe(of.call_count);
      expect(s.totals.fallbacks).toBe(of.fallback_count ?? 0);
      expect(s.totals.reused).toBe(of.reused?.length ?? 0);
      expect(s.totals.costUSD).toBeCloseTo(of.cost_usd, 9);
      expect(s.failure?.errorClass ?? null).toBe(of.final_error_class);
      expect(s.failure?.reason).toBe(of.status === "failed" ? of.terminal_reason : undefined);
      const tries = s.units.flatMap((u) => u.attempts).toSorted((a, b) => a.seq - b.seq);
      const theirs = of.attempts.map((a) => [
        a.unit,
        a.role,
        a.attempt,
        a.provider,
        a.status,
        a.input_tokens,
        a.error_class ?? null,
      ]);
      const words = { running: "running", success: "success", failed: "failed", outraced: "failed", lost: "failed" };
      expect(tries.map((a) => [a.unit, a.role, a.number, a.provider, words[a.status], a.inputTokens, a.errorClass])).toEqual(
        theirs,
      );
    }
  });
}

test("View_AnyOrderTwiceInAnySplitIsTheSame", () => {
  const events = recorded("all-down");
  const want = viewOf(events);
  const shuffled = fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length });
  const twice = fc.shuffledSubarray(events);
  fc.assert(
    fc.property(shuffled, twice, fc.array(fc.nat(events.length), { maxLength: 8 }), (order, again, cuts) => {
      const given = [...order.slice(0, 40), ...again, ...order.slice(40)];
      const at = [0, ...cuts.toSorted((a, b) => a - b), given.length];
      let state = start;
      for (let i = 1; i < at.length; i++) state = reduceAll(state, given.slice(at[i - 1], at[i]));
      expect(state.view).toEqual(want);
      expect(state.early.size).toBe(0);
    }),
    { numRuns: 25 },
  );
});

test("View_ChangesNothingThatItWasGiven", () => {
  const freeze = (o: unknown): void => {
    if (typeof o !== "object" || o === null || o instanceof Map || Object.isFrozen(o)) return;
    Object.freeze(o);
    Object.values(o).forEach(freeze);
  };
  let state = start;
  for (const e of recorded("anthropic-overload")) {
    freeze(state.view);
    state = reduce(state, e);
  }
  expect(state.view).toEqual(viewOf(recorded("anthropic-overload")));
});

test("View_WhatNoEventTouchesStaysTheSame", () => {
  const events = recorded("all-down");
  const i = events.findIndex((e) => e.event === "attempt_started" && e.unit === "scene_003");
  const before = reduceAll(start, events.slice(0, i));
  const after = reduce(before, events[i]!);
  const [was, is] = [stageOf(before.view, "extract_scenes")!, stageOf(after.view, "extract_scenes")!];
  expect(is).not.toBe(was);
  expect(unitOf(is, "scene_001")).toBe(unitOf(was, "scene_001"));
  expect(after.view.stages[0]).toBe(before.view.stages[0]);
  expect(reduce(after, events[i]!)).toBe(after);
});

test("View_AnEarlyEventIsKeptUntilTheGapIsFilled", () => {
  const [first, second, third] = recorded("healthy");
  const gap = reduceAll(start, [first!, third!]);
  expect([gap.view.seq, gap.early.size]).toEqual([1, 1]);
  const filled = reduce(gap, second!);
  expect([filled.view.seq, filled.early.size]).toEqual([3, 0]);
});

test("View_AWaitHasItsTimeAndWhy", () => {
  const events = recorded("all-down");
  const i = events.findIndex((e) => e.event === "stage_waiting");
  const view = viewOf(events.slice(0, i + 1));
  const unit = stageOf(view, "extract_scenes")!.units[0]!;
  const event = events[i] as Extract<RunEvent, { event: "stage_waiting" }>;
  expect([view.status, unit.status]).toEqual(["waiting", "waiting"]);
  expect(openWait(unit)).toMatchObject({ until: Date.parse(event.until), reason: event.reason, retry: false, endedAt: null });
  expect(unit.attempts.at(-1)?.then?.kind).toBe("wait");
});

test("View_AHedgeIsSeenAndItsLoserIsNoRefusal", () => {
  const unit = unitOf(stageOf(viewOf(recorded("hedge")), "extract_scenes"), "scene_003")!;
  expect(unit.attempts.map((a) => [a.status, a.hedge])).toEqual([
    ["failed", false],
    ["outraced", false],
    ["success", true],
  ]);
});

test("View_ATryThatDiedWithItsProcessIsLost", () => {
  const view = viewOf(recorded("resume"));
  expect(view.resumes).toHaveLength(1);
  expect(stageOf(view, "extract_scenes")!.units.flatMap((u) => u.attempts.map((a) => a.status))).toContain("lost");
});
