import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, take } from "~/api/client";
import { providers as providersQuery, run as runQuery } from "~/api/queries";
import type { RunState } from "~/api/types";
import { Plan } from "~/design/plan";
import { useToast } from "~/design/toast";
import { formatList, formatProvider } from "~/format/format";
import { standing } from "~/providers/standing";
import { act as text } from "~/text/act";
import { shell } from "~/text/shell";
import { candidateProviders, shortRun } from "../units";
import { hasEnded } from "./acts";
import { keptWords, spentWords, type ActPlanProps } from "./plans";
import { newKey, sendRemedy, useRefresh } from "./send";
import { retryRemedy } from "./retry";

const p = text.providers;

/** Continues a run that waits with other providers: it is cancelled, and a retry without those that are left out keeps what is finished. */
export function ProvidersPlan({ answer, open, onClose, stay }: ActPlanProps) {
  const { data: all = [] } = useQuery(providersQuery());
  const known = candidateProviders(answer.state);
  const [without, setWithout] = useState<readonly string[]>([]);
  const go = useContinueWithout(answer, stay);
  const off = without.length === 0 ? p.unchanged : without.length === known.length ? p.noneLeft : null;
  const words = (name: string): string => {
    const found = all.find((x) => x.name === name);
    const state = found ? standing(found).state : "well";
    const w = shell.lamp[state as keyof typeof shell.lamp];
    return typeof w === "string" ? w : w(null as never);
  };
  return (
    <Plan
      open={open}
      onClose={() => {
        setWithout([]);
        onClose();
      }}
      title={p.title}
      lines={[
        { term: text.terms.does, text: p.intro },
        { term: text.terms.keeps, text: keptWords(answer) },
        { term: text.terms.costs, text: p.costs(spentWords(answer)) },
      ]}
      confirm={{ label: p.confirm, icon: "swap", off }}
      act={() => go(without)}
    >
      <fieldset className="field checks">
        <legend className="lbl">{p.leaveOut}</legend>
        {known.map((name) => (
          <label key={name} className="row">
            <input
              type="checkbox"
              checked={!without.includes(name)}
              onChange={(e) => setWithout((w) => (e.target.checked ? w.filter((x) => x !== name) : [...w, name]))}
            />
            {p.state(formatProvider(name), words(name))}
          </label>
        ))}
      </fieldset>
      <p className="hint">
        {p.add} <Link to="/settings">{p.addLink}</Link>
      </p>
    </Plan>
  );
}

/** Returns what cancels a run, and begins its retry without some providers once it has ended. */
function useContinueWithout(answer: RunState, stay: boolean | undefined) {
  const refresh = useRefresh();
  const navigate = useNavigate();
  const toast = useToast();
  const id = answer.run_id;
  return async (without: readonly string[]): Promise<void> => {
    const reason = p.reason(formatList(without.map(formatProvider)));
    if (!hasEnded(answer.state.status)) {
      await take(api.POST("/api/runs/{run_id}/cancel", { params: { path: { run_id: id } }, body: { reason } }));
      await untilEnded(id);
    }
    const body = { without_providers: [...(answer.state.without_providers ?? []), ...without] };
    const { run_id: run } = await sendRemedy(retryRemedy(id, body), reason, { "Idempotency-Key": newKey() });
    refresh(id);
    toast(
      <Link to="/runs/$run" params={{ run }}>
        {text.done.retry(shortRun(run))}
      </Link>,
    );
    if (!stay) void navigate({ to: "/runs/$run", params: { run } });
  };
}

/** Waits until a run has ended: cancelling takes the time of an event. */
async function untilEnded(id: string): Promise<void> {
  const read = runQuery(id).queryFn as (c: { signal: AbortSignal }) => Promise<RunState>;
  const stop = AbortSignal.timeout(30_000);
  while (!hasEnded((await read({ signal: stop })).state.status)) await new Promise((r) => setTimeout(r, 200));
}
