import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { incident as incidentQuery } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { useTitle } from "~/app/title";
import { Button, Card, CopyButton, LinkButton, LoadError, Pill, Skeleton } from "~/design/parts";
import { Sentence } from "~/design/sentence";
import { formatClock, formatDuration, formatMoney, formatUtcTime, formatWhen, toMs } from "~/format/format";
import { useNow } from "~/live/clock";
import { incident as text } from "~/text/incident";
import { lostTries } from "~/text/units";
import { bandTone } from "~/providers/standing";
import { Why } from "~/views/providers/why";
import { FailureChart } from "./chart";
import { Happened, OperatorActs } from "./happened";
import { reportText } from "./report";
import { AffectedRuns } from "./runs";
import { SinceChoice } from "./since";
import { ProvidersTable } from "./table";
import { ToDo } from "./todo";
import "~/views/run/band.css";
import "~/views/providers/providers.css";
import "./incident.css";

/** What is wrong now, on one screen and one printed page: which provider, since when, what it costs, who is affected, what next. */
export function Incident() {
  const { since } = useSearch({ from: "/incident" });
  const { data, error, refetch } = useQuery(incidentQuery(since));
  useTitle(text.title, data && !data.well ? "▲" : "");
  return (
    <div className="inc stack">
      <div className="row wrap">
        <h1>{text.title}</h1>
        {data && <Going incident={data} />}
        <span className="push row wrap no-print">
          <SinceChoice since={since} />
          {data && <CopyButton value={reportText(data)} what={text.copyWhat} label={text.copy} />}
          <Button small icon="print" onClick={() => print()}>
            {text.print}
          </Button>
          <LinkButton to="/providers" small icon="probe">
            {text.providersPage}
          </LinkButton>
        </span>
      </div>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={8} />}
      {data && <Report incident={data} />}
    </div>
  );
}

function Report({ incident: i }: { incident: Schemas["Incident"] }) {
  return (
    <>
      <Summary incident={i} />
      {i.well && <Teach />}
      {i.providers.length > 0 && (
        <div className="twothirds">
          <ProvidersTable all={i.providers} />
          <AffectedRuns runs={i.runs} drills={i.drills_left_out} />
        </div>
      )}
      <div className="twothirds late">
        <Happened incident={i} />
        {i.well ? <OperatorActs incident={i} /> : <ToDo incident={i} />}
      </div>
      {i.attempts.failed > 0 && (
        <div className="thirds">
          <FailureChart incident={i} />
          <Why rows={i.providers} />
          {!i.well && <OperatorActs incident={i} />}
        </div>
      )}
      <details className="explain no-print">
        <summary>{text.rule.title}</summary>
        <p className="small quiet">{text.rule.text}</p>
      </details>
      <Foot incident={i} />
    </>
  );
}

/** Whether it goes on, and for how long. */
function Going({ incident: i }: { incident: Schemas["Incident"] }) {
  const now = useNow();
  if (i.well)
    return (
      <Pill tone="ok" icon="ok">
        {text.well}
      </Pill>
    );
  const first = i.providers.flatMap((p) => (p.since && p.state !== "well" ? [toMs(p.since)] : []));
  const since = first.length > 0 ? Math.min(...first) : toMs(i.since);
  return (
    <Pill tone={bandTone(i)} icon="out">
      {text.goingOn(formatDuration(Math.max(0, Math.floor((now - since) / 1000))))}
    </Pill>
  );
}

const shownEarlier = 4;

/** The sentence, what it costs, and the countdown to what comes next. */
function Summary({ incident: i }: { incident: Schemas["Incident"] }) {
  const now = useNow();
  const next = i.next.find((n) => n.at !== null && toMs(n.at) > now);
  return (
    <section className={`band slim ${bandTone(i)}`} aria-label={text.summary}>
      <div className="stack tight">
        <p className="lead">
          <Sentence about={i.ts}>{i.message}</Sentence>
        </p>
        {i.next.length > 0 && (
          <p>
            <Sentence about={i.ts}>{i.next.map((n) => n.message).join(" ")}</Sentence>{" "}
            {i.next.some((n) => n.what === "probe") && <span className="quiet">{text.probeMeans}</span>}
          </p>
        )}
        {i.earlier.length > 0 && (
          <p className="small quiet">
            {text.over}: <Sentence about={i.ts}>{i.earlier.slice(0, shownEarlier).join(" ")}</Sentence>
          </p>
        )}
        <p className="small quiet">
          {text.cost(
            lostTries(i.attempts.failed, i.attempts.canceled),
            formatMoney(i.attempts.wasted_cost_usd),
            formatWhen(i.since, now),
          )}
        </p>
      </div>
      {next && (
        <div className="count no-print" role="timer" aria-label={next.message}>
          <span className="label">{text.countdown[next.what]}</span>
          <span className="big" aria-hidden="true">
            {formatClock((toMs(next.at!) - now) / 1000)}
          </span>
        </div>
      )}
    </section>
  );
}

/** What stands here when something is wrong. */
function Teach() {
  return (
    <Card title={text.teach.title} className="no-print">
      <div className="card-body row wrap">
        <p className="quiet small teach">{text.teach.text}</p>
        <span className="push">
          <LinkButton to="/drills" small icon="drill">
            {text.teach.drill}
          </LinkButton>
        </span>
      </div>
    </Card>
  );
}

function Foot({ incident: i }: { incident: Schemas["Incident"] }) {
  const [zone] = useState(() => new Intl.DateTimeFormat().resolvedOptions().timeZone);
  const now = useNow();
  return (
    <p className="foot inc-foot">
      <span>{text.foot.figures(formatWhen(i.since, now), formatUtcTime(i.since))}</span>
      <span>{text.foot.state(formatWhen(i.ts, now), formatUtcTime(i.ts))}</span>
      <span>{text.foot.zone(zone)}</span>
      <span>{text.foot.drills}</span>
    </p>
  );
}
