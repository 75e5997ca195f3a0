import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Provider, Schemas } from "~/api/types";
import { CopyId, Plate, Time } from "~/design/parts";
import { formatCount, formatDuration, formatProvider, formatUtcTime } from "~/format/format";
import { useNow } from "~/live/clock";
import { Left, ProjectName, StatePill, useFailureClass } from "~/providers/parts";
import { standing, type Standing } from "~/providers/standing";
import { providers as text } from "~/text/providers";
import { Acts } from "./acts";
import { FiguresOf } from "./figures";
import { cells, outSeconds } from "./history";
import { Models } from "./models";
import { cellLength, Strip } from "./strip";

/** A provider: how it is doing and why, what comes next, how it did over the window, and what can be done. */
export function ProviderCard({
  provider,
  history,
  window,
}: {
  provider: Provider;
  history: Schemas["History"] | undefined;
  window: string;
}) {
  const id = `${provider.name}-name`;
  const name = formatProvider(provider.name);
  const own = history?.providers.find((h) => h.provider === provider.name);
  return (
    <section className="card prov" id={provider.name} aria-labelledby={id}>
      <div className="card-head">
        <Plate name={name} hollow={!provider.configured} large />
        <h2 id={id}>{name}</h2>
        <StatePill provider={provider} />
        <Acts provider={provider} />
      </div>
      <div className="provbody">
        <div className="stack tight">{provider.configured ? <State provider={provider} /> : <NoKey provider={provider} />}</div>
        {history && own && (provider.configured || own.total.answered + own.total.failed > 0) && (
          <Past name={name} history={history} own={own} window={window} />
        )}
      </div>
      {provider.configured && <Models provider={provider} history={own} />}
    </section>
  );
}

function Past({
  name,
  history,
  own,
  window,
}: {
  name: string;
  history: Schemas["History"];
  own: Schemas["ProviderHistory"];
  window: string;
}) {
  const now = useNow();
  const out = outSeconds(history, own, now);
  const tries = own.total.answered + own.total.failed;
  return (
    <div className="stack tight">
      <Strip
        cells={cells(history, own)}
        caption={text.strip(window, cellLength(history.bucket_seconds))}
        label={text.stripLabel(
          name,
          window,
          formatCount(own.total.answered),
          formatCount(tries),
          out > 0 ? text.outFor(formatDuration(out)) : text.neverOut,
        )}
      />
      <FiguresOf total={own.total} out={out} />
    </div>
  );
}

/** How it is doing, why, whose side it is, and what comes next. */
function State({ provider }: { provider: Provider }) {
  const s = standing(provider);
  const cls = useFailureClass(s.errorClass);
  return (
    <>
      <p>
        {cls && (
          <>
            <strong>{text.classWithCode(cls.title, s.httpStatus)}</strong> {text.side[cls.fault]}{" "}
          </>
        )}
        {text.means[s.state === "well" && provider.attempts === 0 ? "unasked" : s.state]}
      </p>
      <dl className="kv">
        <Evidence standing={s} />
        {s.hint && <Row term={text.toDo}>{s.hint}</Row>}
        {s.since && (
          <Row term={text.since}>
            <Time at={s.since} /> <span className="faint">{text.utc(formatUtcTime(s.since))}</span>
          </Row>
        )}
        <Next standing={s} />
        <Waiting provider={provider} />
        {cls?.fault === "theirs" && <StatusPage name={provider.name} />}
        {provider.last_failure && <LastFailure failure={provider.last_failure} />}
      </dl>
      {(s.state === "out" || s.state === "probing" || s.state === "partly_out") && (
        <details className="explain">
          <summary>{text.explainBreaker.title}</summary>
          <p className="small quiet">{text.explainBreaker.text}</p>
        </details>
      )}
    </>
  );
}

function Row({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="kv-row">
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Evidence({ standing: s }: { standing: Standing }) {
  if (!s.reason) return null;
  const term = s.state === "held" ? text.reason : s.errorClass && s.hint ? text.says : text.evidence;
  return (
    <Row term={term}>
      <bdi dir="auto">{s.reason}</bdi>
    </Row>
  );
}

/** When it is asked again, with the countdown. */
function Next({ standing: s }: { standing: Standing }) {
  const now = useNow();
  if (s.state === "well") return null;
  const term = s.state === "held" ? text.holdEnds : breaker.has(s.state) ? text.nextProbe : text.askedAgain;
  if (s.until === null || Date.parse(s.until) <= now) return <Row term={term}>{text.atOnce}</Row>;
  return (
    <Row term={term}>
      <Time at={s.until} />, <Left until={s.until} />
    </Row>
  );
}

const breaker: ReadonlySet<string> = new Set(["out", "probing", "partly_out"]);

function Waiting({ provider }: { provider: Provider }) {
  if (provider.waiting_runs === 0) return null;
  const more = provider.waiting_runs - provider.waiting.length;
  return (
    <Row term={text.waiting}>
      {text.waitingRuns(provider.waiting_runs, formatCount(provider.waiting_runs))}:{" "}
      {provider.waiting.map((w, i) => (
        <span key={w.run_id}>
          {i > 0 && ", "}
          <Link to="/runs/$run" params={{ run: w.run_id }}>
            <ProjectName id={w.project_id} />
          </Link>
        </span>
      ))}
      {more > 0 && ` ${text.andMore(formatCount(more))}`}
    </Row>
  );
}

/** Where the provider itself says how it is doing. */
function StatusPage({ name }: { name: string }) {
  const page = text.statusPages[name];
  if (!page) return null;
  return (
    <Row term={text.theySay}>
      <a href={page} target="_blank" rel="noreferrer">
        {text.statusPage(formatProvider(name))}
      </a>
    </Row>
  );
}

/** How it failed last: when, what it said, the id that its support wants, and where to see it. */
function LastFailure({ failure: f }: { failure: NonNullable<Provider["last_failure"]> }) {
  return (
    <>
      <Row term={text.lastFailure}>
        {f.at && (
          <>
            <Time at={f.at} />,{" "}
          </>
        )}
        <bdi dir="auto">
          {f.model}: {f.message}
        </bdi>{" "}
        {f.run_id && (
          <Link
            to="/runs/$run"
            params={{ run: f.run_id }}
            search={{ ...(f.stage_id ? { stage: f.stage_id } : {}), ...(f.unit ? { unit: f.unit } : {}) }}
          >
            {text.openRun}
          </Link>
        )}
      </Row>
      {f.request_id && (
        <Row term={text.requestId}>
          <CopyId value={f.request_id} what={text.requestIdWhat} />
        </Row>
      )}
    </>
  );
}

/** Why it is not used, and how that changes. */
function NoKey({ provider }: { provider: Provider }) {
  return (
    <>
      <p>
        {text.means.not_configured} {provider.missing && text.addKey.missing(provider.missing)}
      </p>
      {provider.key_variable && (
        <details className="explain">
          <summary>{text.addKey.title}</summary>
          <p className="small quiet">{text.addKey.how(provider.key_variable)}</p>
          <pre className="code">{text.addKey.example(provider.key_variable)}</pre>
        </details>
      )}
      {provider.last_failure && (
        <dl className="kv">
          <LastFailure failure={provider.last_failure} />
        </dl>
      )}
    </>
  );
}
