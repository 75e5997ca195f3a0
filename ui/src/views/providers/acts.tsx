import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import { api, take } from "~/api/client";
import { providers as providersQuery, runs as runsQuery } from "~/api/queries";
import type { Provider } from "~/api/types";
import { Plan, type PlanLine } from "~/design/plan";
import { Button } from "~/design/parts";
import { formatCount, formatList, formatProvider, formatWhen } from "~/format/format";
import { useNow } from "~/live/clock";
import { canAnswer, isWell, standing } from "~/providers/standing";
import { providers as text } from "~/text/providers";

type Act = "hold" | "release" | "probe";

/** What an operator can do with a provider. Each first says what it does, and asks for a reason. */
export function Acts({ provider }: { provider: Provider }) {
  const [act, setAct] = useState<Act | null>(null);
  if (!provider.configured) return null;
  const limited = [provider, ...provider.models].some((h) => (h.gates ?? []).length > 0);
  const out = [provider, ...provider.models].some((h) => h.breaker !== "closed");
  const close = () => setAct(null);
  return (
    <span className="push row wrap">
      {out && (
        <Button small icon="probe" onClick={() => setAct("probe")}>
          {text.act.probe}
        </Button>
      )}
      {(provider.held || limited) && (
        <Button small icon="run" onClick={() => setAct("release")}>
          {text.act.release}
        </Button>
      )}
      <Button small icon="pause" onClick={() => setAct("hold")}>
        {provider.held ? text.act.holdAgain : text.act.hold}
      </Button>
      {act === "hold" && <HoldPlan provider={provider} onClose={close} />}
      {act === "release" && <ReleasePlan provider={provider} onClose={close} />}
      {act === "probe" && <ProbePlan provider={provider} onClose={close} />}
    </span>
  );
}

interface ActProps {
  provider: Provider;
  onClose: () => void;
}

function HoldPlan({ provider, onClose }: ActProps) {
  const words = text.act.hold_;
  const now = useNow();
  const [seconds, setSeconds] = useState(3600);
  const { data: all = [] } = useQuery(providersQuery());
  const { data: list } = useQuery(runsQuery({ status: ["running", "waiting"], drill: "false", limit: 100 }));
  const others = all.filter((p) => p.name !== provider.name && canAnswer(p)).map((p) => formatProvider(p.name));
  const under = list?.runs.length ?? 0;
  const id = useId();
  const path = { params: { path: { name: provider.name } } };
  return (
    <ReasonPlan
      onClose={onClose}
      title={words.title(formatProvider(provider.name))}
      label={text.act.hold}
      lines={[
        { term: text.act.does, text: words.does(formatProvider(provider.name)) },
        {
          term: text.act.runs,
          text: `${others.length > 0 ? words.elsewhere(formatList(others)) : words.nobody} ${text.act.underWay(under, formatCount(under))}`,
        },
        { term: text.act.ends, text: words.endsAt(formatWhen(new Date(now + seconds * 1000), now)) },
        { term: text.act.costs, text: words.costs },
      ]}
      act={(reason) => take(api.POST("/api/providers/{name}/hold", { ...path, body: { reason, seconds } }))}
    >
      <div className="field">
        <label htmlFor={id}>{words.until}</label>
        <select id={id} className="input" value={seconds} onChange={(e) => setSeconds(Number(e.target.value))}>
          {words.lengths.map((l) => (
            <option key={l.seconds} value={l.seconds}>
              {l.label}
            </option>
          ))}
        </select>
      </div>
    </ReasonPlan>
  );
}

function ReleasePlan({ provider, onClose }: ActProps) {
  const words = text.act.release_;
  const now = useNow();
  const gates = [provider, ...provider.models].flatMap((h) => h.gates ?? []);
  const ends = [
    ...(provider.held ? [words.hold(formatWhen(provider.held.until, now), provider.held.reason)] : []),
    ...new Set(gates.map((g) => g.message)),
  ];
  const path = { params: { path: { name: provider.name } } };
  return (
    <ReasonPlan
      onClose={onClose}
      title={words.title(formatProvider(provider.name))}
      label={text.act.release}
      lines={[
        { term: text.act.does, text: words.does(formatProvider(provider.name)) },
        {
          term: words.ends,
          text: (
            <ul>
              {ends.map((e) => (
                <li key={e} dir="auto">
                  {e}
                </li>
              ))}
            </ul>
          ),
        },
        { term: text.act.runs, text: provider.waiting_runs > 0 ? words.runs(waiting(provider)) : words.noRuns },
        { term: text.act.costs, text: words.costs },
      ]}
      act={(reason) => take(api.POST("/api/providers/{name}/release", { ...path, body: { reason } }))}
    />
  );
}

function ProbePlan({ provider, onClose }: ActProps) {
  const words = text.act.probe_;
  const now = useNow();
  const name = formatProvider(provider.name);
  const out = isWell(provider) ? provider.models.find((m) => m.breaker !== "closed") : provider;
  const when = out?.next_probe_at ? formatWhen(out.next_probe_at, now) : null;
  const path = { params: { path: { name: provider.name } } };
  return (
    <ReasonPlan
      onClose={onClose}
      title={words.title(standing(provider).model ?? name)}
      label={text.act.probe}
      lines={[
        { term: text.act.does, text: words.does(standing(provider).model ?? name, when) },
        { term: text.act.runs, text: provider.waiting_runs > 0 ? words.runs(waiting(provider)) : words.noRuns },
        { term: text.act.costs, text: words.costs },
      ]}
      act={(reason) => take(api.POST("/api/providers/{name}/probe", { ...path, body: { reason } }))}
    />
  );
}

const waiting = (p: Provider): string => text.waitingRuns(p.waiting_runs, formatCount(p.waiting_runs));

/** A plan that wants a reason. What it did is read at once. */
function ReasonPlan({
  title,
  label,
  lines,
  children,
  act,
  onClose,
}: {
  title: string;
  label: string;
  lines: PlanLine[];
  children?: ReactNode;
  act: (reason: string) => Promise<unknown>;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const id = useId();
  return (
    <Plan
      open
      onClose={onClose}
      title={title}
      lines={lines}
      confirm={{ label, off: reason.trim() === "" ? text.act.reasonMissing : null }}
      act={async () => {
        await act(reason.trim());
        await client.invalidateQueries({ queryKey: ["providers"] });
      }}
    >
      {children}
      <div className="field">
        <label htmlFor={id}>{text.act.reason}</label>
        <input
          id={id}
          className="input"
          dir="auto"
          maxLength={500}
          value={reason}
          aria-describedby={`${id}-hint`}
          onChange={(e) => setReason(e.target.value)}
        />
        <span id={`${id}-hint`} className="hint">
          {text.act.reasonHint}
        </span>
      </div>
    </Plan>
  );
}
