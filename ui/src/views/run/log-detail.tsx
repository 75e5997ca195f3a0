import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { failures, words } from "~/api/queries";
import type { RunEvent } from "~/api/types";
import { Icon } from "~/design/icon";
import { Button, CopyButton } from "~/design/parts";
import { formatFull, formatUtc } from "~/format/format";
import { log as text } from "~/text/log";
import { unitName } from "~/text/units";
import type { SetLogSearch } from "./log";
import { member, textMember } from "./log-filter";

interface Props {
  event: RunEvent;
  run: string;
  raw: boolean;
  setSearch: SetLogSearch;
}

/** What is known of an event: what it means for a person, and every member that is recorded. */
export function LogDetail({ event, run, raw, setSearch }: Props) {
  const json = JSON.stringify(event, null, 2);
  return (
    <section className="log-detail" aria-label={text.row(String(event.seq))}>
      <Meaning event={event} />
      <div className="row wrap">
        <CopyButton
          value={`${location.origin}/runs/${run}/log?seq=${event.seq}&detail=open`}
          what={text.detail.link}
          label={text.detail.link}
        />
        <TimelineLink event={event} run={run} />
        <OnlyUnit event={event} setSearch={setSearch} />
        <Button small aria-pressed={raw} onClick={() => setSearch({ detail: raw ? "open" : "raw" })}>
          {text.detail.raw}
        </Button>
        {raw && <CopyButton value={json} what={text.detail.copyRaw} />}
      </div>
      {raw ? (
        <pre className="code" tabIndex={0} aria-label={text.detail.raw}>
          {json}
        </pre>
      ) : (
        <Members event={event} />
      )}
    </section>
  );
}

/** The sentence of the event with what it means, what helps and by whom it was. */
function Meaning({ event }: { event: RunEvent }) {
  const { data: classes } = useQuery(failures());
  const { data: vocabulary } = useQuery(words());
  const of = classes?.find((f) => f.error_class === member(event, "error_class"));
  const hint = textMember(event, "hint");
  const actor = member(event, "actor") as { channel: string; name: string | null } | undefined;
  const lines = [
    { term: vocabulary?.events[event.event] ?? event.event, text: event.message },
    of && { term: text.detail.meaning, text: of.explanation },
    of && { term: text.detail.fault, text: text.faults[of.fault] ?? of.fault },
    (hint ?? of) && { term: text.detail.helps, text: sentence(hint) ?? of?.action },
    actor && { term: text.detail.by, text: text.actor(actor.name, text.channels[actor.channel] ?? actor.channel) },
  ].filter((l) => l !== undefined && l !== null && l !== "");
  return (
    <dl className="kv">
      {lines.map(
        (l) =>
          l && (
            <div key={l.term} className="kv-row">
              <dt>{l.term}</dt>
              <dd>
                <bdi dir="auto">{l.text}</bdi>
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** Hints of events are clauses; alone they stand as a sentence. */
function sentence(clause: string | undefined): string | undefined {
  if (clause === undefined) return undefined;
  return clause.charAt(0).toUpperCase() + clause.slice(1) + (/[.!?]$/.test(clause) ? "" : ".");
}

function TimelineLink({ event, run }: { event: RunEvent; run: string }) {
  const stage = textMember(event, "stage_id");
  const unit = textMember(event, "unit");
  const attempt = member(event, "attempt");
  if (stage === undefined) return null;
  const search = { stage, ...(unit === undefined ? {} : { unit }), ...(typeof attempt === "number" ? { attempt } : {}) };
  return (
    <Link className="btn sm" to="/runs/$run" params={{ run }} search={search}>
      <Icon name="link" />
      {text.detail.timeline}
    </Link>
  );
}

function OnlyUnit({ event, setSearch }: { event: RunEvent; setSearch: SetLogSearch }) {
  const unit = textMember(event, "unit");
  if (unit === undefined) return null;
  return (
    <Button small icon="find" onClick={() => setSearch({ unit, show: undefined, q: undefined })}>
      {text.detail.onlyUnit(unitName(unit))}
    </Button>
  );
}

/** Every member of the event, as it is recorded. */
function Members({ event }: { event: RunEvent }) {
  return (
    <dl className="members" aria-label={text.detail.record}>
      {membersOf(event).map(([name, value]) => (
        <div key={name} className="kv-row">
          <dt>{name}</dt>
          <dd>
            <bdi dir="auto">{value}</bdi>
            {name === "ts" && <small className="faint"> {`${formatFull(value)}, ${formatUtc(value)}`}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The members of an event as lines; objects inside are laid open, lists have a line for each item. */
export function membersOf(event: RunEvent): [string, string][] {
  const lines: [string, string][] = [];
  const add = (name: string, value: unknown): void => {
    if (Array.isArray(value) && value.some((v) => typeof v === "object")) value.forEach((v, i) => add(`${name}[${i}]`, v));
    else if (Array.isArray(value)) lines.push([name, value.join(", ")]);
    else if (typeof value === "object" && value !== null) {
      const inside = Object.entries(value);
      if (inside.length === 0) lines.push([name, "{}"]);
      else if (/\]$/.test(name))
        lines.push([name, inside.map(([k, v]) => `${k} ${typeof v === "object" ? JSON.stringify(v) : v}`).join(", ")]);
      else inside.forEach(([k, v]) => add(`${name}.${k}`, v));
    } else lines.push([name, String(value)]);
  };
  for (const [name, value] of Object.entries(event)) if (name !== "message") add(name, value);
  return lines;
}
