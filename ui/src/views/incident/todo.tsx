import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { providers as providersQuery } from "~/api/queries";
import type { Provider, Schemas } from "~/api/types";
import { Icon, type IconName } from "~/design/icon";
import { Card, CopyButton, CopyId } from "~/design/parts";
import { formatProvider } from "~/format/format";
import { incident as text } from "~/text/incident";
import { providers as providersText } from "~/text/providers";

type Incident = Schemas["Incident"];
interface Advice {
  icon: IconName;
  text: ReactNode;
  onScreen?: boolean; // of no use on paper
}

/** What a person can do: what only a person can first, then that nothing has to be done, then what would help. */
export function ToDo({ incident }: { incident: Incident }) {
  const { data: all = [] } = useQuery(providersQuery());
  return (
    <Card title={text.todo.title}>
      <ul className="todo">
        {advice(incident, all).map((a, i) => (
          <li key={i} className={a.onScreen ? "no-print" : undefined}>
            <Icon name={a.icon} />
            <span>{a.text}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function advice(i: Incident, all: readonly Provider[]): Advice[] {
  const t = text.todo;
  const has = (...states: string[]) => i.providers.some((p) => states.includes(p.state));
  const persons = i.next.filter((n) => n.what === "person");
  const out = has("out", "probing", "partly_out");
  const missing = all.find((p) => !p.configured && p.key_variable);
  const list: (Advice | false | undefined)[] = [
    ...persons.map((n): Advice => ({ icon: "you", text: n.message })),
    persons.length > 0 && { icon: "run", text: t.release },
    i.runs.paused_total > 0 && { icon: "you", text: t.paused },
    i.runs.failed_total > 0 && { icon: "retry", text: t.failed },
    persons.length === 0 && (out || has("limited")) && { icon: "check", text: t.nothing },
    missing?.key_variable && (out || has("limited", "out_of_quota", "key_rejected"))
      ? { icon: "key" as const, text: t.addKey(formatProvider(missing.name), missing.key_variable) }
      : undefined,
    has("limited") && { icon: "gate", text: t.limited },
    has("held") && { icon: "pause", text: t.held },
    has("out") && { icon: "probe", text: t.lasts },
    ...i.providers.filter((p) => p.state !== "well").flatMap(ofProvider),
    { icon: "file", text: <Command />, onScreen: true },
  ];
  return list.filter((a): a is Advice => Boolean(a));
}

/** Where the provider says how it is doing, and the id that its support wants. */
function ofProvider(p: Schemas["ProviderTrouble"]): Advice[] {
  const page = p.faults.some((f) => f.fault === "theirs") ? providersText.statusPages[p.provider] : undefined;
  const id = p.last_failure?.request_id;
  if (!page && !id) return [];
  return [
    {
      icon: "link",
      text: (
        <>
          {formatProvider(p.provider)}:{" "}
          {page && (
            <a href={page} target="_blank" rel="noreferrer">
              {text.todo.statusPage}
            </a>
          )}
          {page && id && ", "}
          {id && (
            <>
              {text.todo.support} <CopyId value={id} what={text.todo.supportWhat} />
            </>
          )}
        </>
      ),
    },
  ];
}

/** The same report in a terminal. */
function Command() {
  const command = `cineforge incident --server ${location.origin}`;
  return (
    <>
      {text.todo.commandLine}{" "}
      <span className="id">
        <code>{command}</code> <CopyButton value={command} what={text.todo.commandWhat} />
      </span>
    </>
  );
}
