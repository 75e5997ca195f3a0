import type { Overview } from "~/api/types";
import { Ago, Pill, Progress } from "~/design/parts";
import { formatClock, formatCount, formatDuration, formatMoney } from "~/format/format";
import { useNow } from "~/live/clock";
import { runs as text } from "~/text/runs";
import { runLook, useRunWord } from "./words";
import "./overview.css";

/* A run in a list: its state, how far it is, how long it took, what it cost. */

const over: ReadonlySet<Overview["status"]> = new Set(["done", "failed", "cancelled", "damaged"]);

/** Whether nothing more happens in a run by itself, but for a retry. */
export const isOver = (run: Pick<Overview, "status">): boolean => over.has(run.status);

/** The state of a run in a word; a drill says that it is one. */
export function RunPill({ run }: { run: Overview }) {
  const word = useRunWord();
  const look = runLook(run.status);
  const parts = [word(run)];
  if (run.needs_you) parts.push(text.needsYou);
  else if (run.acknowledged) parts.push(text.acknowledged);
  if (run.dry_run) parts.push(text.dryRun);
  const words = parts.join(", ");
  return (
    <Pill tone={run.drill ? "drill" : look.tone} icon={run.drill ? "drill" : look.icon}>
      <span className="cap">{run.drill ? text.drillWord(words) : words}</span>
    </Pill>
  );
}

/** How far a run is, counted: the parts of its stage, or its stages. */
export function RunProgress({ run }: { run: Overview }) {
  const parts = run.status !== "done" && run.units_total !== null && run.units_total > 1;
  const [done, total] = parts ? [run.units_done, run.units_total as number] : [run.stages_done, run.stages_total];
  const left = total - done;
  return (
    <Progress done={done} total={total} waiting={run.status === "waiting" ? left : 0} failed={run.status === "failed" ? left : 0}>
      {(parts ? text.parts : text.stages)(formatCount(done), formatCount(total))}
    </Progress>
  );
}

/** How long a run took, or takes so far. */
export function RunTook({ run }: { run: Overview }) {
  const from = run.started_at;
  if (from === null) return null;
  const to = run.finished_at ?? (isOver(run) || run.status === "paused" ? run.updated_at : null);
  return to === null ? <Running since={from} /> : <>{formatDuration(to - from)}</>;
}

/** A clock since a moment, in seconds since 1970. */
export function Running({ since }: { since: number }) {
  return <>{formatClock(useNow() / 1000 - since)}</>;
}

/** What a run cost; of a drill, what it would have cost, marked as that. */
export function RunCost({ run }: { run: Overview }) {
  if (run.drill) return <small className="drillcost">{text.simulated(formatMoney(run.simulated_cost_usd ?? 0))}</small>;
  return (
    <span title={run.unpriced_attempts ? text.unpriced : undefined}>
      {run.unpriced_attempts ? "≥ " : ""}
      {formatMoney(run.total_cost_usd)}
    </span>
  );
}

/** When a run was last at work: now, or when it ended or stopped. */
export function RunWhen({ run }: { run: Overview }) {
  if (!isOver(run) && run.status !== "paused") return <>{text.now}</>;
  return <Ago at={latest(run)} />;
}

/** When something last happened in a run, in seconds since 1970. */
export const latest = (run: Overview): number => run.finished_at ?? run.updated_at ?? run.started_at ?? 0;
