import { useInfiniteQuery } from "@tanstack/react-query";
import { providerEvents } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Card, LinkButton } from "~/design/parts";
import { Sentence } from "~/design/sentence";
import { toMs } from "~/format/format";
import { incident as text } from "~/text/incident";
import { Both } from "./table";

type Event = Schemas["ProviderEvent"];
const shown = 8;

/** The newest changes of the time, oldest of them first. */
export function Happened({ incident }: { incident: Schemas["Incident"] }) {
  const { data } = useInfiniteQuery(providerEvents());
  const begin = toMs(incident.since) - 1000; // the first failure and the change that it made
  const all = (data?.pages.flat() ?? []).filter((e) => e.kind === "transition" && toMs(e.ts) >= begin);
  const whole = all.filter((e) => !e.model); // what happens to single models is a detail, unless it is all
  const events = (whole.length > 0 ? whole : all).slice(0, shown);
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

/** What operators did, with their names and reasons. */
export function OperatorActs({ incident }: { incident: Schemas["Incident"] }) {
  return (
    <Card title={text.acts.title}>
      {incident.acts.length === 0 && <p className="card-body quiet small">{text.acts.none}</p>}
      <EventList events={incident.acts.slice(0, shown)} />
    </Card>
  );
}

function EventList({ events }: { events: readonly Event[] }) {
  if (events.length === 0) return null;
  return (
    <ol className="happened">
      {events.map((e, i) => (
        <li key={e.id ?? i}>
          <Both at={e.ts} />
          <span>
            <Sentence about={e.ts}>{e.message ?? e.evidence ?? ""}</Sentence>
          </span>
        </li>
      ))}
    </ol>
  );
}
