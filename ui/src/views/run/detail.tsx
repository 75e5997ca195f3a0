import { useId, type ReactNode } from "react";
import type { RunEvent } from "~/api/types";
import { Icon, type IconName } from "~/design/icon";
import { CopyButton, CopyId, Foreign, LinkButton, Pill, Plate, Time } from "~/design/parts";
import { formatCount, formatDuration, formatProvider, formatTime } from "~/format/format";
import type { AttemptView, Decision, UnitView, Verdict } from "~/run/view";
import { timeline } from "~/text/timeline";
import { bundleOf } from "./bundle";
import { costOf, modelName, unitName, type Failures } from "./names";

const text = timeline.detail;

interface Props {
  runID: string;
  unit: UnitView;
  attempt: AttemptView;
  /** The event that ended the try, or, while it runs, began it. */
  event: RunEvent | undefined;
  failures: Failures;
  reasons: Readonly<Record<string, string>>;
}

/** All that is known of one try: in words, as facts, and who else could have answered. */
export function Detail({ runID, unit, attempt: a, event, failures, reasons }: Props) {
  const title = useId();
  const decision = a.then?.decision ?? a.decision;
  return (
    <section className="detail" aria-labelledby={title}>
      <div className="row wrap">
        <h4 id={title}>{text.name(unitName(unit.unit), formatCount(a.number))}</h4>
        <Outcome attempt={a} failures={failures} />
        <span className="faint small">
          <Plate name={formatProvider(a.provider)} /> {modelName(a.provider, a.model)}, <Time at={new Date(a.startedAt)} />
        </span>
        <span className="row wrap push">
          <CopyButton value={bundleOf(runID, a, event)} what={text.copy} label={text.copy} />
          <LinkButton
            to="/runs/$run/log"
            params={{ run: runID }}
            search={{ seq: a.endSeq ?? a.seq }}
            look="plain"
            small
            icon="link"
          >
            {text.event(String(a.endSeq ?? a.seq))}
          </LinkButton>
        </span>
      </div>
      <div className="detail-cols">
        <Words unit={unit} attempt={a} event={event} failures={failures} />
        <Facts attempt={a} failures={failures} />
      </div>
      {decision && <Verdicts decision={decision} attempt={a} failures={failures} reasons={reasons} />}
    </section>
  );
}

function Outcome({ attempt: a, failures }: { attempt: AttemptView; failures: Failures }) {
  if (a.status === "success")
    return (
      <Pill tone="ok" icon="ok">
        {timeline.asked.success}
      </Pill>
    );
  if (a.status === "running")
    return (
      <Pill tone="live" icon="run">
        {timeline.asked.running}
      </Pill>
    );
  if (a.status === "failed")
    return (
      <Pill tone="bad" icon="bad">
        {failures.get(a.errorClass ?? "")?.title ?? a.errorClass}
      </Pill>
    );
  return (
    <Pill tone="off" icon="skip">
      {timeline.asked[a.status]}
    </Pill>
  );
}

function Line({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What happened, whose side it is on, what helps, and what the run decided. */
function Words({ unit, attempt: a, event, failures }: Pick<Props, "unit" | "attempt" | "event" | "failures">) {
  const failure = a.errorClass === null ? undefined : failures.get(a.errorClass);
  const failed = a.status === "failed";
  return (
    <dl className="said">
      <Line term={text.happened}>
        {a.status === "lost" ? text.lost : a.status === "outraced" ? text.outraced : <Foreign>{event?.message ?? ""}</Foreign>}
      </Line>
      {failed && failure && (
        <>
          <Line term={text.side}>{sideOf(failure.fault, a.provider)}</Line>
          <Line term={text.helps}>{failure.action}</Line>
        </>
      )}
      {a.then ? (
        <Line term={text.decided}>{decided(a)}</Line>
      ) : (
        a.decision && <Line term={text.why}>{text.asked(capital(a.decision.why))}</Line>
      )}
      {!failed && a.decision?.next && a.status === "running" && (
        <Line term={text.ifItFails}>{text.asked(capital(a.decision.next.replace(/^if it fails: /, "")))}</Line>
      )}
      {failed && a.then === null && (unit.status === "failed" || unit.status === "stopped") && (
        <Line term={text.decided}>{text.ended}</Line>
      )}
    </dl>
  );
}

function sideOf(fault: "theirs" | "ours" | "yours" | "none", provider: string): string {
  return fault === "theirs" ? text.sides.theirs(formatProvider(provider)) : text.sides[fault];
}

function decided(a: AttemptView): string {
  const { kind, decision, until } = a.then!;
  const at = formatTime(new Date(until));
  const asks = decision.provider !== undefined && decision.model !== undefined;
  if (kind === "wait" || !asks) return text.because(text.wait(at), decision.why);
  return text.because(text.ask(modelName(decision.provider!, decision.model!), at), decision.why);
}

const capital = (clause: string): string => clause.slice(0, 1).toUpperCase() + clause.slice(1);

/** The figures of a try. */
function Facts({ attempt: a, failures }: Pick<Props, "attempt" | "failures">) {
  const facts: [string, ReactNode][] = [];
  if (a.errorClass !== null) {
    const again = a.retryable === null ? "" : `, ${a.retryable ? text.again : text.notAgain}`;
    facts.push([
      text.class,
      <>
        {failures.get(a.errorClass)?.title ?? a.errorClass} <code>{a.errorClass}</code>
        {again}
      </>,
    ]);
  }
  if (a.status === "failed") {
    facts.push([
      text.code,
      <>
        {a.httpStatus === null ? text.noAnswer : text.http(String(a.httpStatus))}{" "}
        {a.providerCode && <code>{a.providerCode}</code>}
      </>,
    ]);
  }
  if (a.error !== null) facts.push([text.theySaid, <Foreign>{a.error}</Foreign>]);
  if (a.servedModel !== null && a.servedModel !== a.model) facts.push([text.served, <code>{a.servedModel}</code>]);
  if (a.status !== "running") {
    facts.push([
      text.request,
      a.requestID === null ? <span className="faint">{text.noRequest}</span> : <CopyId value={a.requestID} what={text.request} />,
    ]);
    facts.push([text.firstByte, a.firstEventMS === null ? text.none : text.after(formatDuration(a.firstEventMS / 1000))]);
    if (a.latencyMS !== null) facts.push([text.took, formatDuration(a.latencyMS / 1000)]);
    const tokens = text.inOut(formatCount(a.inputTokens), formatCount(a.outputTokens));
    facts.push([text.tokens, a.estimated ? `${tokens}, ${text.estimated}` : tokens]);
    const wasted = a.status !== "success" && ((a.simulatedUSD ?? a.costUSD) || 0) > 0 ? `, ${text.wasted}` : "";
    facts.push([text.cost, `${costOf(a) ?? timeline.detail.none}${wasted}`]);
  }
  if (a.retryAfterSeconds !== null) facts.push([text.askedToWait, formatDuration(a.retryAfterSeconds)]);
  if (a.probe) facts.push([text.probe, text.probeYes]);
  if (a.round > 0 && a.decision) {
    facts.push([
      timeline.try(formatCount(a.number)),
      text.round(formatCount(a.round), formatCount(a.decision.attempts_left - 1)),
    ]);
  }
  return (
    <dl className="kv" aria-label={text.facts}>
      {facts.map(([term, value]) => (
        <div key={term} className="kv-row">
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Everyone who could have answered: chosen, failed or skipped, and why. */
function Verdicts({
  decision: d,
  attempt: a,
  failures,
  reasons,
}: Pick<Props, "attempt" | "failures" | "reasons"> & { decision: Decision }) {
  const at = formatTime(new Date(a.then?.at ?? a.startedAt));
  return (
    <table className="verdicts">
      <caption className="label">{text.others(at)}</caption>
      <thead className="vh">
        <tr>
          <th scope="col">{text.model}</th>
          <th scope="col">{text.verdict}</th>
        </tr>
      </thead>
      <tbody>
        {d.provider !== undefined && d.model !== undefined && (
          <tr>
            <th scope="row">
              <span className="live">
                <Icon name="fall" />
              </span>{" "}
              <strong>{modelName(d.provider, d.model)}</strong>
            </th>
            <td>
              <strong>{text.chosenFor(d.why)}</strong>
            </td>
          </tr>
        )}
        {d.others.map((v) => (
          <tr key={`${v.provider} ${v.model}`}>
            <th scope="row">
              <span className={v.reason === "failed" ? "bad" : "faint"}>
                <Icon name={verdictIcon(v)} />
              </span>{" "}
              {modelName(v.provider, v.model)}
            </th>
            <td>
              {reasons[v.reason] ?? v.reason}
              {v.until && `, ${text.until(formatTime(v.until))}`}
              {v.detail && <Because verdict={v} failures={failures} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const verdictIcon = (v: Verdict): IconName =>
  v.reason === "failed" ? "bad" : v.reason === "not_configured" ? "key" : v.reason === "behind" ? "todo" : "skip";

function Because({ verdict: v, failures }: { verdict: Verdict; failures: Failures }) {
  // The detail of a failure begins with its class, which has a word.
  const [, name, rest] = /^([a-z_]+): (.*)$/s.exec(v.detail ?? "") ?? [];
  const title = name && failures.get(name)?.title;
  return (
    <span className="faint detail-why">
      {title ? `${title}. ` : ""}
      <Foreign>{title && rest ? rest : v.detail!}</Foreign>
    </span>
  );
}
