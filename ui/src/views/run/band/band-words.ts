import type { ErrorClass, RunState, Schemas } from "~/api/types";
import type { IconName } from "~/design/icon";
import type { Tone } from "~/design/parts";
import { formatList, formatProvider } from "~/format/format";
import type { Gist } from "~/run/gist";
import { leadingUnits, unitsWords, type Units } from "~/run/units";
import { run as text } from "~/text/run";

/** What the band says of a run, in words. Nothing in it changes with the clock: what counts down has a moment. */
export interface BandModel {
  tone: Tone | null;
  icon: IconName;
  pill: string;
  /** What goes on, beside the pill. */
  doing: string | null;
  title: string;
  /** What one has to know, in sentences; the strong ones are what matters most. */
  why: readonly { text: string; strong?: boolean; foreign?: boolean }[];
  count: Count | null;
  /** Before the title of the tab. */
  mark: "" | "⏸" | "✗" | "✓" | "!";
  /** What is announced when it changes: without numbers that change by themselves. */
  announce: string;
}

/** What stands large at the end of the band; moments are in s since 1970. */
export type Count =
  | { kind: "until"; label: string; at: number; since: number | null; who: string }
  | { kind: "elapsed"; since: number }
  | { kind: "took"; seconds: number; foot: string }
  | { kind: "moment"; label: string; at: number; foot: string };

/** What the sentences are made of. */
export interface BandInput {
  answer: RunState;
  gist: Gist;
  /** Calls under way. */
  asking: number;
  failures: readonly Schemas["FailureClass"][];
  words: Schemas["Vocabulary"] | undefined;
  /** A person has asked for its end, which has not come yet. */
  cancelling: boolean;
  /** The server's time, for days; ms since 1970. */
  now: number;
}

export type Draft = Omit<BandModel, "announce" | "doing"> & { doing?: string | null };

/** "16 of 20 scenes are finished and kept." */
export function kept({ answer }: BandInput): { text: string; strong?: boolean } {
  const u = leadingUnits(answer.state);
  if (u !== null && u.done > 0) return { text: text.why.kept(unitsAre(u)), strong: true };
  const any = Object.values(answer.state.stages).some((s) => s.status === "done" || s.status === "skipped_reused");
  return { text: any ? text.why.keptStages : text.why.nothingYet };
}

export const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1);
export const unitsAre = (u: Units): string => text.are(capital(unitsWords(u)), u.total);
export const names = (list: readonly string[]): string => formatList(list.map(formatProvider));

/** A class in words, of providers. */
export const clause = (c: ErrorClass, who: readonly string[]): string => text.clause(c, names(who), who.length);

/** Whose fault a failure is, as reassurance; none for what is the text's own fault. */
export function blame(c: ErrorClass | null | undefined, failures: readonly Schemas["FailureClass"][]): { text: string }[] {
  if (!c || ["input", "context_length", "content_policy", "budget", "canceled"].includes(c)) return [];
  const side = failures.find((f) => f.error_class === c)?.fault;
  const words = side && (c === "rate_limited" ? text.blame["none"] : c === "connection" ? text.blame["yours"] : text.blame[side]);
  return words ? [{ text: words }] : [];
}

/** The provider that a stage asks first. */
export function firstChoice(answer: RunState, stageID: string): string | null {
  const all = (answer.state.candidates ?? {}) as Record<string, { provider: string }[] | undefined>;
  return all[stageID]?.[0]?.provider ?? null;
}

/** What a run has cost: simulated of a drill. */
export const costOf = ({ state }: RunState): number => (state.drill ? (state.simulated_cost_usd ?? 0) : state.total_cost_usd);

/** How an actor is called. */
export const actorWords = (a: Schemas["Actor"] | null | undefined): string =>
  a ? (a.name ? text.actorNamed(a.name) : (text.actor[a.channel] ?? a.channel)) : "";
