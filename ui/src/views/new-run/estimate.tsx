import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "~/api/types";
import { Ago, Banner, Button, Card, LinkButton, LoadError, Skeleton } from "~/design/parts";
import { formatCount, formatDuration, formatMoney } from "~/format/format";
import { useRunWord } from "~/run/words";
import { newRun as text } from "~/text/new-run";
import { offline } from "./choices";
import { useStart } from "./plan";

type Plan = Schemas["StartPlan"];
type Planned = UseQueryResult<Plan> & { settling: boolean };

/** What the run costs and takes, what stands in its way, and what starts it. */
export function EstimateCard({ request, plan }: { request: Schemas["PlanRequest"]; plan: Planned }) {
  const start = useStart();
  const off = plan.isError ? text.startOff.refused : plan.data === undefined ? text.startOff.plan : null;
  const go = () => {
    if (!off && !start.isPending) start.mutate(request);
  };
  const again = (plan.data?.earlier_runs.length ?? 0) > 0 || Boolean(plan.data?.under_way);
  return (
    <Card
      className="startcard"
      title={text.estimate.title}
      tools={plan.settling && plan.data && <span className="small faint push">{text.estimate.planning}</span>}
    >
      <div className="card-body stack" aria-busy={plan.settling}>
        {plan.isError ? (
          <LoadError error={plan.error} retry={() => void plan.refetch()} title={text.estimate.refused} />
        ) : plan.data === undefined ? (
          <Skeleton lines={4} label={text.estimate.planning} />
        ) : (
          <Estimate plan={plan.data} />
        )}
        {start.isError && <LoadError error={start.error} title={text.notStarted} />}
        <Button look="primary" className="big" off={off} aria-busy={start.isPending} onClick={go}>
          {start.isPending ? text.starting : request.drill ? text.startDrill : again ? text.startAgain : text.start}
        </Button>
        <span className="hint center">{text.once}</span>
      </div>
    </Card>
  );
}

function Estimate({ plan }: { plan: Plan }) {
  const stuck = plan.stages.some((s) => s.requests !== 0 && s.chain.length > 0 && s.first === null);
  const problems = plan.stages.filter((s) => s.problem);
  return (
    <>
      <Price plan={plan} />
      <Facts plan={plan} />
      <Earlier plan={plan} />
      {plan.notice && (
        <Banner tone={plan.drill ? "drill" : "wait"} icon={plan.drill ? "drill" : "key"} title={text.estimate.notice}>
          {plan.notice}
        </Banner>
      )}
      {stuck && (
        <Banner tone="wait" icon="wait" title={text.estimate.waits}>
          {text.estimate.waitsWhy}
        </Banner>
      )}
      {problems.map((s) => (
        <Banner key={s.stage_id} tone="bad" icon="bad" title={s.title}>
          {s.problem}
        </Banner>
      ))}
      {warningsOf(plan, stuck).map((w) => (
        <Banner key={w.message} tone="wait" icon="out" title={text.estimate.warning[w.about] ?? w.about}>
          {w.message}
        </Banner>
      ))}
    </>
  );
}

/** The warnings that are said nowhere else, each once: those of the text stand beside what was read. */
function warningsOf(plan: Plan, stuck: boolean): Schemas["PlanWarning"][] {
  const said = plan.warnings.filter((w) => w.about !== "input" && !(stuck && w.about === "models"));
  return [...new Map(said.map((w) => [w.message, w])).values()];
}

function Price({ plan }: { plan: Plan }) {
  const limit = text.estimate.limit(formatMoney(plan.max_cost_usd.value));
  const cost = plan.cost_usd;
  const asked = plan.stages.reduce((n, s) => n + (s.requests ?? 1), 0) > 0;
  const alone = plan.stages.some((s) => s.first?.startsWith(`${offline}:`));
  if (cost === null)
    return (
      <div>
        <span className="ebig">{text.estimate.unknown}</span>
        <p className="small quiet">
          {text.estimate.unknownWhy} {text.estimate.atMost(formatMoney(plan.max_cost_usd.value))}
        </p>
      </div>
    );
  if (plan.drill)
    return (
      <div>
        <span className="ebig num">{formatMoney(0)}</span>
        <p className="small drillink">{text.estimate.simulated(formatMoney(cost.low), formatMoney(cost.high))}</p>
      </div>
    );
  if (cost.high === 0)
    return (
      <div>
        <span className="ebig num">{formatMoney(0)}</span>
        <p className="small quiet">{!asked ? text.estimate.nothingWhy : alone ? text.estimate.offline : null}</p>
      </div>
    );
  return (
    <div className="row base wrap">
      <span className="ebig num">{formatMoney(cost.low)}</span>
      <span className="small quiet">
        {text.estimate.to(formatMoney(cost.high))}, {limit}
      </span>
    </div>
  );
}

function Facts({ plan }: { plan: Plan }) {
  const asking = plan.stages.filter((s) => s.chain.length > 0 && s.requests !== 0);
  const stored = plan.stages.reduce((n, s) => n + s.stored_answers, 0);
  const basis = asking.find((s) => s.estimate && s.estimate.basis !== "none")?.estimate?.basis;
  const any = plan.if_any_usd;
  return (
    <dl className="kv">
      {plan.seconds && plan.seconds.high > 0 && (
        <Row term={text.estimate.time}>
          {text.estimate.timeIs(formatDuration(plan.seconds.low), formatDuration(plan.seconds.high))}
        </Row>
      )}
      <Row term={text.estimate.stages}>
        <ul>
          {plan.stages.map((s) => (
            <li key={s.stage_id}>
              {s.title}: {work(s)}
            </li>
          ))}
        </ul>
      </Row>
      {(stored > 0 || asking.length > 0) && (
        <Row term={text.estimate.stored}>
          {stored > 0 ? text.estimate.storedIs(formatCount(stored)) : text.estimate.storedNone}
        </Row>
      )}
      {any && any.high > 0 && (any.high !== plan.cost_usd?.high || any.low !== plan.cost_usd.low) && (
        <Row term={text.estimate.other}>{text.estimate.otherIs(formatMoney(any.low), formatMoney(any.high))}</Row>
      )}
      {basis && <Row term={text.estimate.basis}>{text.estimate.bases[basis] ?? basis}</Row>}
    </dl>
  );
}

function Row({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div className="kv-row">
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What a stage does: its units and requests, as far as they are known. */
function work(s: Schemas["StageForecast"]): string {
  if (s.action === "reuse") return text.estimate.reused;
  if (s.requests === null) return text.estimate.unknownRequests;
  if (s.requests === 0) return s.stored_answers > 0 ? text.estimate.allStored : text.estimate.noRequest;
  const requests = text.estimate.requests(s.requests, formatCount(s.requests));
  if (!s.units || !s.unit_kind) return requests;
  return `${text.estimate.units(s.units, formatCount(s.units), s.unit_kind)}, ${requests}`;
}

/** That the same was run before, or is right now. */
function Earlier({ plan }: { plan: Plan }) {
  const word = useRunWord();
  const latest = plan.earlier_runs[0];
  if (plan.under_way)
    return (
      <Banner
        tone="live"
        icon="run"
        title={text.earlier.underWay}
        actions={
          <LinkButton small to="/runs/$run" params={{ run: plan.under_way }}>
            {text.earlier.open}
          </LinkButton>
        }
      >
        {text.earlier.underWayWhy}
      </Banner>
    );
  if (!latest) return null;
  return (
    <Banner
      tone="off"
      icon="open"
      title={
        <>
          {text.earlier.ran} <Ago at={latest.finished_at ?? latest.started_at ?? latest.updated_at ?? 0} />: {word(latest)}
        </>
      }
      actions={
        <LinkButton small to="/runs/$run" params={{ run: latest.run_id }}>
          {text.earlier.open}
        </LinkButton>
      }
    >
      {plan.earlier_runs.length > 1 && (
        <Link to="/projects/$project" params={{ project: plan.project_id }}>
          {text.earlier.more(formatCount(plan.earlier_runs.length - 1))}
        </Link>
      )}
    </Banner>
  );
}
