import type { ReactNode } from "react";
import type { RunState } from "~/api/types";
import { formatClock, formatCount, formatDuration, formatMoney, formatMoneyExactly } from "~/format/format";
import { useNow } from "~/live/clock";
import type { Gist } from "~/run/gist";
import { leadingUnits } from "~/run/units";
import type { RunView } from "~/run/view";
import { run as text } from "~/text/run";
import { costOf } from "./band/band-words";
import { tookWords } from "./band/count";

const f = text.facts;

/** The numbers of a run: time, units, tries, cost, tokens. */
export function Facts({ answer, gist, view }: { answer: RunState; gist: Gist; view: RunView }) {
  const { state } = answer;
  const { failed, wasteUSD } = view.totals;
  const u = leadingUnits(state);
  const tries = Object.values(state.stages).reduce((n, s) => n + s.attempt_count, 0);
  return (
    <dl className="facts" aria-label={f.label}>
      {state.started_at !== null && <TimeFact answer={answer} gist={gist} />}
      {u && <Fact term={f.units[u.kind] ?? u.kind}>{f.of(formatCount(u.done), formatCount(u.total))}</Fact>}
      {tries > 0 && (
        <Fact term={f.tries} small={failed > 0 && f.refused(formatCount(failed))}>
          {formatCount(tries)}
        </Fact>
      )}
      <CostFact answer={answer} />
      {failed > 0 && <Fact term={f.wasted}>{formatMoney(wasteUSD)}</Fact>}
      {state.tokens.input > 0 && (
        <Fact term={f.tokens}>
          {formatCount(state.tokens.input)} <small>{f.in}</small> {formatCount(state.tokens.output)} <small>{f.out}</small>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ term, small, children, title }: { term: string; small?: ReactNode; children: ReactNode; title?: string }) {
  return (
    <div title={title}>
      <dt>{term}</dt>
      <dd>
        {children}
        {small && <small> {small}</small>}
      </dd>
    </div>
  );
}

function TimeFact({ answer, gist }: { answer: RunState; gist: Gist }) {
  const now = useNow();
  const { started_at, finished_at } = answer.state;
  const end = finished_at === null ? now : finished_at * 1000;
  const waited = gist.waitedMS + (gist.waitingSince === null ? 0 : Math.max(0, end - gist.waitingSince));
  const waiting = waited >= 1000 && f.waiting(formatDuration(Math.floor(waited / 1000)));
  return (
    <Fact term={finished_at === null ? f.elapsed : f.took} small={waiting}>
      {finished_at === null ? formatClock(Math.floor(end / 1000 - started_at!)) : tookWords(finished_at - started_at!)}
    </Fact>
  );
}

/** What a run has cost, what the rest is likely to, and its limit. */
function CostFact({ answer }: { answer: RunState }) {
  const { state } = answer;
  const cost = costOf(answer);
  const limit = (state.limit_use ?? []).find((l) => l.limit === "max_cost_usd" && l.stage_id === undefined);
  const more = restOf(answer);
  const small = [
    more !== null && f.toFinish(formatMoney(more)),
    limit && limit.used > cost + 0.005 && f.line(formatMoney(limit.used)),
    limit && f.limit(formatMoney(limit.value)),
    state.unpriced_attempts ? f.unpriced(state.unpriced_attempts, formatCount(state.unpriced_attempts)) : false,
  ].filter(Boolean);
  return (
    <Fact term={state.drill ? f.costSimulated : f.cost} small={small.join(", ")} title={formatMoneyExactly(cost)}>
      {formatMoney(cost)}
    </Fact>
  );
}

const least = 3; // units that tell something of the rest

/** What the rest of the units is likely to cost, by those that are done; null where that would be a guess. */
function restOf({ state }: RunState): number | null {
  if (["done", "failed", "cancelled"].includes(state.status)) return null;
  const u = leadingUnits(state);
  if (u === null || u.done < least || u.done === u.total) return null;
  const spent = state.drill ? (u.stage.simulated_cost_usd ?? 0) : u.stage.cost_usd;
  return spent > 0 ? (spent / u.done) * (u.total - u.done) : null;
}
