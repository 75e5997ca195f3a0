import { Link } from "@tanstack/react-router";
import { useId, useState, type ReactNode } from "react";
import type { RunState } from "~/api/types";
import { Plan, type PlanLine } from "~/design/plan";
import { useToast } from "~/design/toast";
import { formatCount, formatList, formatMoney, formatProvider } from "~/format/format";
import { act as text } from "~/text/act";
import { candidateProviders, leadingUnits, shortRun, unitsWords } from "../units";
import { awaitsConfirmation, releaseOf, type RunAct } from "./acts";
import { useNoteCancelling } from "./cancelling";
import { sendRemedy, useRefresh } from "./send";

/** What every plan of an act has. */
export interface ActPlanProps {
  act: RunAct;
  answer: RunState;
  open: boolean;
  onClose: () => void;
  /** The buttons stand in a list: a new run is linked to, not opened. */
  stay?: boolean | undefined;
}

/** A field for why something is done. */
export function ReasonField({ value, set }: { value: string; set: (v: string) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{text.reason}</label>
      <input className="input" id={id} value={value} maxLength={200} autoComplete="off" onChange={(e) => set(e.target.value)} />
      <span className="hint">{text.reasonHint}</span>
    </div>
  );
}

/** What a run has finished, in words. */
export function keptWords(answer: RunState): string {
  const u = leadingUnits(answer.state);
  if (u !== null && u.done > 0) return text.cancel.keeps(capital(unitsWords(u)));
  const any = Object.values(answer.state.stages).some((s) => s.status === "done" || s.status === "skipped_reused");
  return any ? text.cancel.keepsStages : text.cancel.keepsNothing;
}

/** What a run has cost, in words; simulated where it is a drill. */
export const spentWords = (answer: RunState): string =>
  formatMoney(answer.state.drill ? (answer.state.simulated_cost_usd ?? 0) : answer.state.total_cost_usd);

const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1);

/** The plan of an act that is one request: what it does, keeps, costs; it confirms with one button. */
export function SimplePlan({ act, answer, open, onClose }: ActPlanProps) {
  const [reason, setReason] = useState("");
  const refresh = useRefresh();
  const cancelling = useNoteCancelling();
  const toast = useToast();
  const run = answer.run_id;
  const plan = planOf(act, answer);
  const close = () => {
    setReason("");
    onClose();
  };
  return (
    <Plan
      open={open}
      onClose={close}
      title={plan.title}
      lines={plan.lines}
      confirm={{
        label: plan.confirm ?? act.label,
        danger: act.kind === "cancel",
        off: plan.off ?? null,
        ...(act.icon ? { icon: act.icon } : {}),
      }}
      act={async () => {
        if (!act.remedy) return;
        await sendRemedy(act.remedy, reason);
        if (act.kind === "cancel") cancelling(run);
        refresh(run);
        toast(
          <Link to="/runs/$run" params={{ run }}>
            {plan.done}
          </Link>,
        );
      }}
    >
      <ReasonField value={reason} set={setReason} />
    </Plan>
  );
}

interface Words {
  title: string;
  lines: PlanLine[];
  confirm?: string;
  off?: string;
  done: string;
}

const t = text.terms;
const line = (term: string, words: ReactNode): PlanLine => ({ term, text: words });

/** The words of the plan of an act. */
export function planOf(act: RunAct, answer: RunState): Words {
  const run = shortRun(answer.run_id);
  switch (act.kind) {
    case "try-now":
      return {
        title: text.tryNow.title,
        lines: [line(t.does, tryNowDoes(answer)), line(t.risk, text.tryNow.risk), line(t.costs, text.tryNow.costs)],
        done: text.done["try-now"](run),
      };
    case "cancel":
      return {
        title: text.cancel.title,
        lines: [
          line(t.stops, answer.state.status === "running" ? text.cancel.stops : text.cancel.stopsIdle),
          line(t.keeps, keptWords(answer)),
          line(t.costs, text.cancel.costs(spentWords(answer))),
          line(t.later, text.cancel.later),
        ],
        done: text.done.cancel(run),
      };
    case "resume":
      return { ...resumeWords(answer), done: text.done.resume(run) };
    case "today":
      return {
        title: act.label,
        lines: [line(t.does, text.resume.today), line(t.keeps, text.resume.keeps), line(t.risk, text.resume.todayRisk)],
        done: text.done.resume(run),
      };
    case "acknowledge":
      return {
        title: text.acknowledge.title,
        lines: [line(t.does, text.acknowledge.does), line(t.later, text.acknowledge.later)],
        done: text.done.acknowledge(run),
      };
    case "release": {
      const name = act.remedy ? releaseOf(act.remedy) : "";
      return {
        title: text.release.title(name),
        lines: [line(t.does, text.release.does(name)), line(t.risk, text.release.risk)],
        done: text.done.release(name),
      };
    }
    default:
      return { title: act.label, lines: [line(t.does, text.post.does(act.label))], done: text.done.other(act.label) };
  }
}

function tryNowDoes(answer: RunState): string {
  const names = candidateProviders(answer.state).map(formatProvider);
  const providers = names.length > 0 ? formatList(names) : text.tryNow.anyProvider;
  const waits = new Set(Object.values(answer.state.stages).flatMap((s) => (s.waits ?? []).map((w) => w.unit)));
  const u = leadingUnits(answer.state);
  if (u === null || waits.size === 0) return text.tryNow.doesAll(providers);
  return text.tryNow.does(text.units(u.kind, waits.size, formatCount(waits.size)), providers);
}

function resumeWords(answer: RunState): Omit<Words, "done"> {
  if (awaitsConfirmation(answer)) {
    return {
      title: text.resume.acceptTitle,
      lines: [line(t.does, text.resume.accept), line(t.keeps, text.resume.keeps), line(t.later, text.resume.acceptLater)],
    };
  }
  const why = Object.values(answer.state.stages).find((s) => s.status === "paused")?.pause_reason;
  const does = why === "exhausted" ? text.resume.exhausted : why === "process_deaths" ? text.resume.deaths : text.resume.does;
  return { title: text.resume.title, lines: [line(t.does, does), line(t.keeps, text.resume.keeps)] };
}
