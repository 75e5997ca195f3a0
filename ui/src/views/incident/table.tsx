import { Link } from "@tanstack/react-router";
import type { Schemas } from "~/api/types";
import { Card, Pill, Plate } from "~/design/parts";
import { formatCount, formatMoney, formatProvider, formatUtcTime, formatWhen, type Moment } from "~/format/format";
import { useNow } from "~/live/clock";
import { Left } from "~/providers/parts";
import { standingIcon, standingTone } from "~/providers/standing";
import { incident as text } from "~/text/incident";

type Trouble = Schemas["ProviderTrouble"];
const columns = text.providers;

/** A moment on the reader's clock, with UTC beside it. */
export function Both({ at }: { at: Moment }) {
  const now = useNow();
  return (
    <time className="both num" dateTime={new Date(at as string).toISOString()}>
      {formatWhen(at, now)} <small className="faint">{formatUtcTime(at)}</small>
    </time>
  );
}

/** Each provider: state, since when, what comes next, and what it did since the figures begin. */
export function ProvidersTable({ all }: { all: readonly Trouble[] }) {
  return (
    <Card title={columns.title}>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={columns.title}>
        <table className="table stackable">
          <thead>
            <tr>
              <th scope="col">{columns.name}</th>
              <th scope="col">{columns.state}</th>
              <th scope="col">{columns.since}</th>
              <th scope="col">{columns.next}</th>
              <th scope="col" className="r">
                {columns.answered}
              </th>
              <th scope="col" className="r">
                {columns.failed}
              </th>
              <th scope="col" className="r">
                {columns.wasted}
              </th>
            </tr>
          </thead>
          <tbody>
            {all.map((p) => (
              <Row key={p.provider} trouble={p} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Row({ trouble: p }: { trouble: Trouble }) {
  const name = formatProvider(p.provider);
  const code = p.codes?.http_status;
  return (
    <tr>
      <th scope="row">
        <span className="row">
          <Plate name={name} hollow={p.state === "not_configured"} />
          <Link to="/providers" hash={p.provider} className="rowlink">
            {name}
          </Link>
        </span>
        {p.model && (
          <span className="quiet model">
            <bdi>{p.model}</bdi>
          </span>
        )}
      </th>
      <td>
        <Pill tone={standingTone[p.state]} icon={standingIcon[p.state]}>
          {columns.state_[p.state]}
          {code ? ` ${code}` : ""}
        </Pill>
      </td>
      <td data-l={p.since ? columns.since : undefined}>{p.since && <Both at={p.since} />}</td>
      <td className="num" data-l={next(p) ? columns.next : undefined}>
        <NextOf trouble={p} />
      </td>
      <td className="r" data-l={columns.answered}>
        {formatCount(p.answered)}
      </td>
      <td className="r" data-l={columns.failed}>
        {formatCount(p.failed)}
      </td>
      <td className="r" data-l={columns.wasted}>
        {formatMoney(p.wasted_cost_usd)}
      </td>
    </tr>
  );
}

const next = (p: Trouble): boolean => p.state !== "well" && p.state !== "not_configured";

function NextOf({ trouble: p }: { trouble: Trouble }) {
  const now = useNow();
  if (!next(p)) return null;
  if (p.until === null || Date.parse(p.until) <= now) return <>{columns.atOnce}</>;
  return (
    <>
      <Both at={p.until} /> <Left until={p.until} />
    </>
  );
}
