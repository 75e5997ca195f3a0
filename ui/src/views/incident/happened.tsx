import { useInfiniteQuery } from "@tanstack/react-query";
import { providerEvents } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Card, LinkButton } from "~/design/parts";
import { Sentence } from "~/design/sentence";
import { toMs } from "~/format/format";
import { incident as text } from "~/text/incident";
import { Both } from "./table";

/** Something that happened, in a sentence. */
interface Happening {
  ts: string;
  text: string;
}

const shown = 8;

/** The newest changes of the time, oldest of them first. */
export function Happened({ incident }: { incident: Schemas["Incident"] }) {
  const { data } = useInfiniteQuery(providerEvents());
  const begin = toMs(incident.since) - 1000; // the first failure and the change that it made
  const all = (data?.pages.flat() ?? []).filter((e) => e.kind === "transition" && toMs(e.ts) >= begin);
  const whole = all.filter((e) => !e.model); // what happens to single models is a detail, unless it is all
  const changes = (whole.length > 0 ? whole : all).map((e) => ({ ts: e.ts, text: e.message ?? e.evidence ?? "" }));
  const events = [...changes, ...limits(incident)].sort((a, b) => toMs(b.ts) - toMs(a.ts)).slice(0, shown);
  return (
    <Card
      title={text.happened.title}
      tools={
        <span className="push no-print">
          <LinkButton to="/providers" look="plain" small>
            {text.happened.all}
          </LinkButton>
        </span>
      }
    >
      {events.length === 0 && <p className="card-body quiet small">{text.happened.none}</p>}
      <EventList events={[...events].reverse()} />
    </Card>
  );
}

/** What a limit or a rejected key began with: that is no change of a breaker. */
function limits(incident: Schemas["Incident"]): Happening[] {
  return incident.providers.flatMap((p) => (p.since && p.reason && gated.has(p.state) ? [{ ts: p.since, text: p.reason }] : []));
}

const gated: ReadonlySet<string> = new Set(["limited", "key_rejected", "out_of_quota", "model_unavailable"]);

/** What operators did, with their names and reasons. */
export function OperatorActs({ incident }: { incident: Schemas["Incident"] }) {
  return (
    <Card title={text.acts.title}>
      {incident.acts.length === 0 && <p className="card-body quiet small">{text.acts.none}</p>}
      <EventList events={incident.acts.slice(0, shown).map((e) => ({ ts: e.ts, text: e.message ?? e.reason ?? "" }))} />
    </Card>
  );
}

function EventList({ events }: { events: readonly Happening[] }) {
  if (events.length === 0) return null;
  return (
    <ol className="happened">
      {events.map((e, i) => (
        <li key={`${e.ts} ${i}`}>
          <Both at={e.ts} />
          <span>
            <Sentence about={e.ts}>{e.text}</Sentence>
          </span>
        </li>
      ))}
    </ol>
  );
}
