import type { ErrorClass, RunEvent, Schemas } from "~/api/types";
import { Fold } from "./fold";

/*
 * What a run's events amount to, for the page: the same folding as the API's state, but with every
 * try, wait and decision in its place. It is pure: the events may come in any order, twice, and in
 * any split; what has not changed stays the same object, so that React skips it.
 */

export type Decision = Schemas["Decision"];
export type Verdict = Schemas["Verdict"];
export type Role = Schemas["Role"];

/** A moment in ms since 1970. */
export type Ms = number;

/** What a run amounts to so far. */
export interface RunView {
  readonly runID: string;
  readonly status: Schemas["RunStatus"];
  /** The last event that is folded in. */
  readonly seq: number;
  readonly startedAt: Ms | null;
  readonly finishedAt: Ms | null;
  readonly updatedAt: Ms | null;
  readonly recipeID: string;
  readonly projectID: string;
  readonly inputName: string;
  readonly parentRunID: string | null;
  readonly drill: string | null;
  readonly dryRun: boolean;
  /** In the order of the plan. */
  readonly stages: readonly StageView[];
  /** The providers that may answer, in the order of the chains. */
  readonly lanes: readonly Lane[];
  readonly resumes: readonly Resume[];
  readonly totals: Totals;
  /** The failure that ended the run, as its stage recorded it. */
  readonly failure: StageFailure | null;
  readonly error: string | null;
}

/** What is counted, of a run or of a stage. */
export interface Totals {
  readonly tries: number;
  readonly running: number;
  /** Tries without a usable answer; those that lost a race, or died with their process, are counted too. */
  readonly failed: number;
  readonly answers: number;
  readonly reused: number;
  readonly fallbacks: number;
  readonly costUSD: number;
  readonly simulatedUSD: number;
  /** Of the cost, or the simulated cost: what failed tries took. */
  readonly wasteUSD: number;
  readonly unpriced: number;
  readonly estimated: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A stage of a run. */
export interface StageView {
  readonly id: string;
  readonly status: Schemas["StageStatus"];
  readonly startedAt: Ms | null;
  readonly endedAt: Ms | null;
  /** In the order in which something happened to them. */
  readonly units: readonly UnitView[];
  /** Where in units one is. */
  readonly unitAt: Readonly<Record<string, number>>;
  readonly unitsDone: number;
  readonly unitsTotal: number;
  readonly totals: Totals;
  readonly failure: StageFailure | null;
  readonly pause: { readonly reason: Schemas["PauseReason"]; readonly seq: number; readonly at: Ms } | null;
  /** The run whose results are taken over. */
  readonly reusedFrom: string | null;
}

/** Why a stage failed for good. */
export interface StageFailure {
  readonly stageID: string;
  readonly unit: string | null;
  readonly errorClass: ErrorClass;
  readonly reason: Schemas["TerminalReason"];
  readonly error: string;
  readonly hint: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly code: string | null;
  readonly requestID: string | null;
  readonly at: Ms;
  readonly seq: number;
}

/**
 * Where a unit stands: asked, waiting for a model, pausing before a try, between two steps, done,
 * answered by what was stored, failed, or left where its stage ended.
 */
export type UnitStatus = "running" | "waiting" | "pausing" | "begun" | "done" | "failed" | "stopped";

/** A unit of a stage, such as a scene, with all that was tried for it. */
export interface UnitView {
  readonly stageID: string;
  readonly unit: string;
  readonly status: UnitStatus;
  readonly startedAt: Ms;
  readonly endedAt: Ms | null;
  readonly attempts: readonly AttemptView[];
  readonly waits: readonly WaitView[];
  readonly fallbacks: readonly FallbackView[];
  readonly reused: readonly ReusedView[];
  /** Who gave the last answer that is used. */
  readonly answeredBy: { readonly provider: string; readonly model: string } | null;
  /** Of its tries, those without a usable answer. */
  readonly failed: number;
  /** The first event about it. */
  readonly seq: number;
}

/** How a try stands; outraced: another model was faster to begin; lost: its process ended before it. */
export type AttemptStatus = "running" | "success" | "failed" | "outraced" | "lost";

/** A try: one request to one model. */
export interface AttemptView {
  readonly stageID: string;
  readonly unit: string;
  readonly role: Role;
  /** From 1 within unit and role. */
  readonly number: number;
  readonly round: number;
  readonly provider: string;
  readonly model: string;
  readonly servedModel: string | null;
  readonly status: AttemptStatus;
  readonly startedAt: Ms;
  readonly endedAt: Ms | null;
  readonly latencyMS: number | null;
  /** Until the answer began. */
  readonly firstEventMS: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly estimated: boolean;
  readonly costUSD: number | null;
  readonly simulatedUSD: number | null;
  readonly errorClass: ErrorClass | null;
  readonly error: string | null;
  readonly code: string | null;
  readonly httpStatus: number | null;
  readonly providerCode: string | null;
  readonly requestID: string | null;
  readonly retryable: boolean | null;
  readonly retryAfterSeconds: number | null;
  readonly scope: Schemas["FailureScope"] | null;
  readonly hint: string | null;
  /** It was started beside another one that was slow to begin. */
  readonly hedge: boolean;
  /** It finds out whether a provider is well again. */
  readonly probe: boolean;
  /** Why this model was asked. */
  readonly decision: Decision | null;
  /** What was decided after it failed: who is asked next, or what is waited for. */
  readonly then: After | null;
  /** While it runs: what it counts for if its process dies. */
  readonly least: { readonly inputTokens: number; readonly costUSD: number | null } | null;
  /** The events that began and ended it. */
  readonly seq: number;
  readonly endSeq: number | null;
}

/** What was decided when a try had failed. */
export interface After {
  readonly kind: "retry" | "fallback" | "wait";
  readonly at: Ms;
  /** When the next try, or the next decision, is due. */
  readonly until: Ms;
  readonly decision: Decision;
  readonly seq: number;
}

/** A unit's wait: for a model that can answer, or, as a retry, a pause before the next try. */
export interface WaitView {
  readonly role: Role;
  readonly since: Ms;
  readonly until: Ms;
  /** When it ended; null while it lasts. */
  readonly endedAt: Ms | null;
  readonly retry: boolean;
  readonly reason: string;
  readonly provider: string;
  readonly model: string;
  readonly errorClass: ErrorClass | null;
  /** The stage fails at the end of it, unless a model can be asked before. */
  readonly givesUp: boolean;
  readonly decision: Decision;
  readonly seq: number;
}

/** A unit's request that went to another model than it was meant for. */
export interface FallbackView {
  readonly role: Role;
  readonly at: Ms;
  readonly fromProvider: string;
  readonly fromModel: string;
  readonly toProvider: string;
  readonly toModel: string;
  readonly reason: string;
  readonly errorClass: ErrorClass | null;
  /** Those that come before the second one, and why they were not asked. */
  readonly skipped: readonly Verdict[];
  readonly seq: number;
}

/** A stored answer that served in place of a request. */
export interface ReusedView {
  readonly role: Role;
  readonly at: Ms;
  readonly provider: string;
  readonly model: string;
  readonly fromRunID: string;
  readonly seq: number;
}

/** The run stopped and went on; between left and at, nothing worked on it. */
export interface Resume {
  readonly left: Ms;
  readonly at: Ms;
  readonly cause: Schemas["ResumeCause"];
  readonly seq: number;
}

/** What this run saw of a provider. */
export interface Lane {
  readonly provider: string;
  /** The run could not ask it: no key, or no such provider. */
  readonly missing: boolean;
  readonly spans: readonly LaneSpan[];
  readonly marks: readonly LaneMark[];
}

/** A time in which a provider, or one of its models, could not be asked freely; or in which it answered. */
export interface LaneSpan {
  readonly kind: "open" | "probing" | "gate" | "held" | "answers";
  /** null for all of the provider's. */
  readonly model: string | null;
  readonly from: Ms;
  /** When it ended; null while it lasts. */
  readonly to: Ms | null;
  /** When it ends by what is known; null if that is not stated. */
  readonly until: Ms | null;
  readonly errorClass: ErrorClass | null;
  readonly why: string | null;
  readonly seq: number;
}

/** A moment on a lane: a refusal, or a probe's outcome. */
export interface LaneMark {
  readonly kind: "refused" | "probe_failed" | "probe_answered";
  readonly at: Ms;
  readonly model: string;
  readonly errorClass: ErrorClass | null;
  readonly seq: number;
}

/** What reduce works on: the view of the gapless part, and the events that came early. */
export interface RunLogState {
  readonly view: RunView;
  readonly early: ReadonlyMap<number, RunEvent>;
}

export const noTotals: Totals = {
  tries: 0,
  running: 0,
  failed: 0,
  answers: 0,
  reused: 0,
  fallbacks: 0,
  costUSD: 0,
  simulatedUSD: 0,
  wasteUSD: 0,
  unpriced: 0,
  estimated: 0,
  inputTokens: 0,
  outputTokens: 0,
};

/** The run of which nothing is known. */
export const emptyView: RunView = {
  runID: "",
  status: "queued",
  seq: 0,
  startedAt: null,
  finishedAt: null,
  updatedAt: null,
  recipeID: "",
  projectID: "",
  inputName: "",
  parentRunID: null,
  drill: null,
  dryRun: false,
  stages: [],
  lanes: [],
  resumes: [],
  totals: noTotals,
  failure: null,
  error: null,
};

const noEarly: ReadonlyMap<number, RunEvent> = new Map();

/** Where every run begins. */
export const start: RunLogState = { view: emptyView, early: noEarly };

/** Folds events in, whatever their order; those that are known already change nothing. */
export function reduceAll(state: RunLogState, events: Iterable<RunEvent>): RunLogState {
  const fold = new Fold(state.view);
  let early: Map<number, RunEvent> | null = null;
  const known = () => early ?? state.early;
  for (const e of events) {
    if (e.seq <= fold.seq || known().has(e.seq)) continue;
    if (e.seq !== fold.seq + 1) {
      early ??= new Map(state.early);
      early.set(e.seq, e);
      continue;
    }
    fold.apply(e);
    for (let next = known().get(fold.seq + 1); next !== undefined; next = known().get(fold.seq + 1)) {
      early ??= new Map(state.early);
      early.delete(next.seq);
      fold.apply(next);
    }
  }
  const view = fold.view;
  if (view === state.view && early === null) return state;
  return { view, early: early === null ? state.early : early.size === 0 ? noEarly : early };
}

/** Folds one event in. */
export const reduce = (state: RunLogState, event: RunEvent): RunLogState => reduceAll(state, [event]);

/** The stage of an id. */
export const stageOf = (view: RunView, id: string): StageView | undefined => view.stages.find((s) => s.id === id);

/** The unit of a stage. */
export function unitOf(stage: StageView | undefined, unit: string): UnitView | undefined {
  const i = stage?.unitAt[unit];
  return i === undefined ? undefined : stage?.units[i];
}

/** The wait of a unit that lasts. */
export const openWait = (u: UnitView): WaitView | undefined => u.waits.findLast((w) => w.endedAt === null);
