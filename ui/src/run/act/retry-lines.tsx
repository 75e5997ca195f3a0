import type { ReactNode } from "react";
import type { RunState, Schemas } from "~/api/types";
import { Foreign } from "~/design/parts";
import type { PlanLine } from "~/design/plan";
import { formatCount, formatDuration, formatList, formatMoney, formatProvider } from "~/format/format";
import { act as text } from "~/text/act";
import { stageTitle } from "../units";

type RetryPlan = Schemas["RetryPlan"];
type StageForecast = Schemas["StageForecast"];

const r = text.retry;
const t = text.terms;

/** What a retry does, keeps, discards, asks, costs, takes, and where it may stop again. */
export function retryLines(plan: RetryPlan, answer: RunState): PlanLine[] {
  const title = (id: string) => stageTitle(answer.state, id);
  const stages = plan.forecast?.stages ?? [];
  const lines: (PlanLine | null)[] = [
    { term: t.does, text: doesWords(plan, title) },
    { term: t.keeps, text: keptWords(plan, stages, title) },
    discarded(plan),
    { term: t.runs, text: runsWords(stages, plan, title) },
    asks(stages.filter((s) => s.requests !== 0)),
    { term: t.costs, text: costWords(plan, answer) },
    plan.forecast?.seconds && needsModel(stages) ? { term: t.takes, text: r.takes(secondsRange(plan.forecast.seconds)) } : null,
    { term: t.risk, text: riskWords(plan, title) },
    changes(plan, title),
  ];
  return lines.filter((l) => l !== null);
}

function doesWords(plan: RetryPlan, title: (id: string) => string): string {
  const from = formatList(plan.from.map(title));
  if (plan.mode === "full") return r.doesFull;
  const does = plan.mode === "from" ? r.doesFrom(from) : r.doesFailed(from);
  const back = plan.stepped_back ?? [];
  return back.length > 0 ? `${does} ${r.steppedBack(formatList(back.map(title)))}` : does;
}

/** The stages that are kept, and the answers that serve again in those that are not. */
function keptWords(plan: RetryPlan, stages: readonly StageForecast[], title: (id: string) => string): string {
  const kept = plan.kept.map((id) => `“${title(id)}”`);
  for (const s of stages) {
    if (s.action === "run" && s.stored_answers > 0) {
      kept.push(r.answers(formatCount(s.stored_answers), formatCount(s.stored_answers + (s.requests ?? 0)), s.title));
    }
  }
  return kept.length > 0 ? `${formatList(kept)}.` : r.keepsNothing;
}

function discarded(plan: RetryPlan): PlanLine | null {
  const n = plan.redone.reduce((sum, s) => sum + s.answers_discarded, 0);
  return n > 0 ? { term: t.discards, text: `${r.answersDiscarded(n, formatCount(n))}.` } : null;
}

function runsWords(stages: readonly StageForecast[], plan: RetryPlan, title: (id: string) => string): string {
  const run = stages.filter((s) => s.action === "run");
  const words =
    run.length > 0
      ? run.map((s) => (s.requests ? r.requests(s.title, s.requests, formatCount(s.requests)) : s.title))
      : plan.redone.map((s) => title(s.stage_id));
  return `${formatList(words)}.`;
}

/** Whether a model is asked, as far as that is known. */
const needsModel = (stages: readonly StageForecast[]): boolean =>
  stages.some((s) => s.action === "run" && s.chain.length > 0 && s.requests !== 0);

/** Which models are asked, in order, and which can't be and why. Stages with one chain have one line. */
function asks(stages: readonly StageForecast[]): PlanLine | null {
  const seen = new Set<string>();
  const words: ReactNode[] = [];
  for (const s of stages) {
    if (s.action !== "run") continue;
    const usable = s.chain.filter((c) => c.usable).map((c) => `${formatProvider(c.provider)} ${c.model}`);
    const order = usable.length > 1 ? r.firstThen(usable[0]!, usable.slice(1).join(r.or)) : (usable[0] ?? s.problem ?? "");
    if (order !== "" && !seen.has(order)) {
      seen.add(order);
      words.push(<p key={`${s.stage_id} order`}>{`${order}.`}</p>);
    }
    for (const c of s.chain) {
      const why = !c.usable && c.detail ? r.notUsable(formatProvider(c.provider), c.detail) : "";
      if (why === "" || seen.has(why)) continue;
      seen.add(why);
      words.push(
        <p key={`${s.stage_id} ${c.provider} ${c.model}`} className="faint">
          <Foreign>{why}</Foreign>
        </p>,
      );
    }
  }
  return words.length > 0 ? { term: t.asks, text: words } : null;
}

function costWords(plan: RetryPlan, answer: RunState): ReactNode {
  const forecast = plan.forecast;
  const range = forecast?.cost_usd;
  const nothing = forecast && !needsModel(forecast.stages);
  const cost = nothing ? r.nothing : range ? r.cost(moneyRange(range)) : r.costUnknown;
  return (
    <>
      {cost} {r.spent(formatMoney(plan.spent_usd), formatMoney(plan.max_cost_usd))}
      {answer.state.drill && ` ${r.simulated}`}
    </>
  );
}

function riskWords(plan: RetryPlan, title: (id: string) => string): ReactNode {
  const risk = plan.may_stop_again;
  if (!risk) return r.noRisk;
  const words = (r.risk[risk.why] ?? r.risk["problem"])?.(title(risk.stage_id)) ?? "";
  return (
    <>
      {words} {risk.detail && <Foreign>{`${risk.detail}.`}</Foreign>}
    </>
  );
}

/** What the line on who is asked says already. */
const askedKeys: ReadonlySet<string> = new Set(["candidates", "without_providers", "provider_order"]);

function changes(plan: RetryPlan, title: (id: string) => string): PlanLine | null {
  const list = (plan.changes ?? []).filter((c) => !askedKeys.has(c.key));
  if (list.length === 0) return null;
  return {
    term: t.changes,
    text: (
      <ul>
        {list.map((c) => (
          <li key={`${c.stage_id ?? ""} ${c.key}`}>
            <Foreign>{r.change(c.stage_id ? `${title(c.stage_id)}, ${c.key}` : c.key, c.from, c.to)}</Foreign>
          </li>
        ))}
      </ul>
    ),
  };
}

function moneyRange(x: Schemas["Range"]): string {
  const low = formatMoney(x.low);
  const high = formatMoney(x.high);
  return low === high ? low : r.range(low, high);
}

function secondsRange(x: Schemas["Range"]): string {
  const low = formatDuration(x.low);
  const high = formatDuration(x.high);
  return low === high ? low : r.range(low, high);
}
