import type { RunState, Schemas } from "~/api/types";
import { formatProvider } from "~/format/format";
import { run as text } from "~/text/run";

/** Something that happens next by itself; at in s since 1970. */
export interface Step {
  key: string;
  at: number;
  /** The time is an end, not a moment at which something begins. */
  until: boolean;
  text: string;
}

const most = 4; // more can't be taken in

/** What comes next in a run by itself, soonest first. What can only be guessed is worded as a guess. */
export function stepsOf({ state }: RunState): Step[] {
  const all = state.next ?? [];
  const steps: Step[] = [];
  for (const n of all) {
    // To look for a provider says nothing beside what asks one at that moment.
    if (n.what === "look" && all.some((o) => o !== n && o.provider && Math.abs(o.at - n.at) < 1)) continue;
    const step = {
      key: `${n.what} ${n.provider ?? ""} ${n.model ?? ""}`,
      at: n.at,
      until: ends.has(n.what),
      text: wordsOf(n, steps.length, state),
    };
    if (!steps.some((s) => s.key === step.key)) steps.push(step);
  }
  if (steps.length <= most) return steps;
  return [...steps.slice(0, most - 1), steps.at(-1)!];
}

const ends: ReadonlySet<string> = new Set(["stage_fails", "stage_pauses"]);

function wordsOf(n: Schemas["Next"], index: number, state: RunState["state"]): string {
  const who = formatProvider(n.provider ?? "");
  const t = text.next;
  switch (n.what) {
    case "attempt":
      return t.attempt(n.model ? `${who} ${n.model}` : who);
    case "look":
      return t.look;
    case "probe":
      return index === 0 ? t.probe(who) : t.probeIfOut(who);
    case "limit_ends":
      return t.limitEnds(who);
    case "hold_ends":
      return t.holdEnds(who);
    case "stage_fails": {
      const soon = Object.values(state.stages).some((s) => (s.waits ?? []).some((w) => w.gives_up));
      return soon ? t.failsSoon : t.fails;
    }
    case "stage_pauses":
      return t.pauses;
    default:
      return t.other(n.what);
  }
}
