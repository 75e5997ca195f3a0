import type { RunState, Schemas } from "~/api/types";
import { formatCount, formatDuration, formatList, formatMoney, formatProvider, formatWhen } from "~/format/format";
import { hasEnded } from "~/run/act/acts";
import type { Gist } from "~/run/gist";
import { currentStage, leadingUnits, unitsWords } from "~/run/units";
import type { RunView } from "~/run/view";
import { panel as text } from "~/text/panel";
import { capital, costOf, type BandModel } from "../band/band-words";
import { stepsOf } from "../band/next";

/** What answers are made of. */
export interface Known {
  answer: RunState;
  gist: Gist;
  view: RunView;
  band: BandModel;
  failures: readonly Schemas["FailureClass"][];
  /** The server's time in ms since 1970. */
  now: number;
}

/** An answer, and whether what can be done belongs below it. */
export interface Answer {
  text: string;
  acts: boolean;
}

const a = text.answers;

type Topic = "wait" | "safe" | "next" | "cost" | "who" | "fail" | "helps" | "far" | "key";

/** Words that tell what a question is about; the first that fits decides. */
const topics: [Topic, RegExp][] = [
  ["cost", /cost|spen[dt]|price|pa(y|id)|money|dollar|budget|token/i],
  ["key", /\bkeys?\b|environment|configure|set ?up/i],
  ["safe", /safe|lost?\b|lose|kept|keep|close|leave|saved?/i],
  ["helps", /what (can|should|do) i|help|fix|solve|cancel|stop|retry|resume|try (it )?(now|again)/i],
  ["fail", /fail|wrong|error|broke|refus|reject|crash/i],
  ["next", /next|then\b|when|how long|until/i],
  ["wait", /wait|slow|why|stuck|hang|paus|long/i],
  ["who", /who|which|model|provider|fallback|openai|anthropic|google/i],
  ["far", /far|progress|done|many|finish|ready|status|scene|happen/i],
];

/** Answers a question about a run from what is known of it; null where it is about something else. No model is asked. */
export function answerTo(question: string, known: Known): Answer | null {
  const topic = topics.find(([, words]) => words.test(question))?.[0];
  return topic === undefined ? null : answersBy[topic](known);
}

const plain = (...sentences: (string | false | null | undefined)[]): Answer => ({
  text: sentences.filter(Boolean).join(" "),
  acts: false,
});

const answersBy: Record<Topic, (k: Known) => Answer> = {
  wait: (k) => plain(k.band.title, ...k.band.why.map((w) => w.text), waited(k), firstStep(k)),
  safe: (k) => plain(far(k), hasEnded(k.answer.state.status) ? a.closedEnded : a.closed),
  next: (k) => {
    const steps = stepsOf(k.answer);
    if (steps.length > 0) return plain(...steps.map((s) => a.step(formatWhen(s.at, k.now), s.text)));
    const { status } = k.answer.state;
    return plain(hasEnded(status) ? a.nothingNextEnded : status === "paused" ? a.nothingNextPaused : a.nothingNext);
  },
  cost: costs,
  who: (k) => {
    const by = uses(k).map(([model, u]) =>
      a.costBy(`${formatProvider(providerOf(u))} ${model}`, formatMoney(u.cost_usd), answersOf(u)),
    );
    return plain(by.length > 0 ? `${formatList(by)}.` : a.nobody, k.answer.state.status === "done" && k.band.why[0]?.text);
  },
  fail: (k) => {
    const failed = [...k.gist.failures].map(([p, f]) => a.failures(formatProvider(p), f.count, formatCount(f.count)));
    const count = failed.length > 0 ? `${formatList(failed)}.` : a.noFailures;
    if (k.answer.state.status !== "failed") return plain(count, k.band.title);
    return { ...plain(k.band.title, cause(k), helps(k)), acts: true };
  },
  helps: (k) => ({ text: [helps(k), k.answer.acts.length > 0 ? a.buttons : a.noButtons].filter(Boolean).join(" "), acts: true }),
  far: (k) => plain(k.band.title, far(k), ...k.band.why.filter((w) => !w.strong).map((w) => w.text)),
  key: () => plain(a.key),
};

function far({ answer }: Known): string {
  const u = leadingUnits(answer.state);
  return u === null ? "" : a.far(capital(unitsWords(u)));
}

function waited({ gist, now }: Known): string | false {
  const ms = gist.waitedMS + (gist.waitingSince === null ? 0 : Math.max(0, now - gist.waitingSince));
  return ms >= 1000 && a.waited(formatDuration(Math.floor(ms / 1000)));
}

function firstStep(k: Known): string | false {
  const s = stepsOf(k.answer)[0];
  return s !== undefined && a.step(formatWhen(s.at, k.now), s.text);
}

type Use = Schemas["ModelUse"];

/** What each model answered and cost, over all stages. */
function uses({ answer }: Known): [string, Use][] {
  const all = new Map<string, Use>();
  for (const s of Object.values(answer.state.stages)) {
    for (const [model, u] of Object.entries((s.models_used ?? {}) as Record<string, Use>)) {
      const had = all.get(model);
      all.set(model, had ? { ...had, answers: had.answers + u.answers, cost_usd: had.cost_usd + u.cost_usd } : u);
    }
  }
  return [...all];
}

const providerOf = (u: Use): string => Object.keys(u.providers as Record<string, number>)[0] ?? "";
const answersOf = (u: Use): string => a.nAnswers(u.answers, formatCount(u.answers));

function costs(k: Known): Answer {
  const { answer, view } = k;
  const cost = formatMoney(costOf(answer));
  const limit = answer.state.limit_use?.find((l) => l.limit === "max_cost_usd" && l.stage_id === undefined);
  const by = uses(k).map(([model, u]) => a.costBy(model, formatMoney(u.cost_usd), answersOf(u)));
  return plain(
    hasEnded(answer.state.status) ? a.costEnd(cost) : a.cost(cost),
    by.length > 0 && `${formatList(by)}.`,
    view.totals.failed > 0 && a.wasted(formatMoney(view.totals.wasteUSD)),
    limit && a.limit(formatMoney(limit.value)),
    answer.state.drill && a.simulated,
  );
}

const sentence = (s: string): string => `${capital(s.replace(/\.$/, ""))}.`;

function cause({ answer }: Known): string | false {
  const error = currentStage(answer.state)?.stage.error;
  return error !== undefined && sentence(error);
}

function helps({ answer, failures }: Known): string | false {
  const stage = currentStage(answer.state)?.stage;
  const known = stage?.hint ?? failures.find((f) => f.error_class === stage?.final_error_class)?.action;
  return known !== undefined && sentence(known);
}
