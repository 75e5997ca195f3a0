import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { failures as failuresQuery } from "~/api/queries";
import type { RunState } from "~/api/types";
import { Icon } from "~/design/icon";
import { Button, Foreign, LoadError, Skeleton, Time } from "~/design/parts";
import { Sentence } from "~/design/sentence";
import { formatCount } from "~/format/format";
import { serverNow } from "~/live/clock";
import { ActButtons } from "~/run/actions";
import { actsOf, hasEnded, retriesOf } from "~/run/act/acts";
import { useOpenRun } from "~/run/context";
import type { Gist } from "~/run/gist";
import type { RunView } from "~/run/view";
import { panel as text } from "~/text/panel";
import type { BandModel } from "../band/band-words";
import { useChat, type Said } from "./chat";
import { messagesOf, type PanelMessage } from "./messages";
import { Now } from "./now";
import { Standing } from "./standing";
import "../panel.css";

/** What the panel is made of, beside the events. */
export interface PanelProps {
  answer: RunState;
  gist: Gist;
  view: RunView;
  band: BandModel;
}

const shownAtFirst = 40;

type Item = { at: number; key: string; message?: PanelMessage; said?: Said };

/** The status of a run: what happened in the words of its events, what goes on now, and answers to questions, without a model. */
export function Panel({ answer, gist, view, band }: PanelProps) {
  const { log } = useOpenRun();
  const { data: failures = [] } = useQuery(failuresQuery());
  const messages = useMemo(() => messagesOf(log.events), [log.events]);
  const { said, kept, ask } = useChat(answer);
  const [all, setAll] = useState(false);
  const id = useId();
  const waiting = answer.state.status === "waiting" ? messages.findLast((m) => m.kind === "stage_waiting") : undefined;
  const items = useMemo(() => merge(messages, said, waiting), [messages, said, waiting]);
  const shown = all ? items : items.slice(-shownAtFirst);
  const box = useStickToEnd(items.length);
  return (
    <aside className="card panel" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{text.title}</h2>
        <span className="faint tiny push">{text.from}</span>
      </div>
      <div className="panel-top">
        <Standing answer={answer} events={log.events} />
        <ActButtons answer={answer} acts={retriesOf(answer)} small plain open />
      </div>
      <div className="log" role="log" aria-label={text.log} aria-relevant="additions" tabIndex={0} ref={box}>
        {log.error && log.events.length === 0 && <LoadError error={log.error} />}
        {log.loading && log.events.length === 0 && <Skeleton lines={4} label={text.loading} />}
        {!log.loading && !log.error && items.length === 0 && <p className="quiet">{text.empty}</p>}
        {shown.length < items.length && (
          <button type="button" className="tag" onClick={() => setAll(true)}>
            {text.earlier(formatCount(items.length - shown.length))}
          </button>
        )}
        {shown.map((i) =>
          i.said ? (
            <Talk key={i.key} said={i.said} answer={answer} />
          ) : (
            <Notice key={i.key} run={answer.run_id} message={i.message!} />
          ),
        )}
        {waiting && <Now answer={answer} message={waiting} />}
      </div>
      <div className="card-foot">
        {!kept && <p className="tiny wait">{text.notKept}</p>}
        <Ask
          suggestions={suggestionsOf(answer)}
          ask={(q) => void ask(q, { answer, gist, view, band, failures, now: serverNow() })}
        />
      </div>
    </aside>
  );
}

/** Messages and the conversation, by their time; what is waited for stands at the end by itself. */
function merge(messages: readonly PanelMessage[], said: readonly Said[], waiting: PanelMessage | undefined): Item[] {
  const items: Item[] = messages
    .filter((m) => m !== waiting)
    .map((message) => ({ at: Date.parse(message.at), key: message.key, message }));
  // A message that was updated stays where it began, so only what was said has to find its place.
  for (const s of said) {
    const at = items.findIndex((i) => i.at > s.at);
    items.splice(at < 0 ? items.length : at, 0, { at: s.at, key: s.id, said: s });
  }
  return items;
}

/** Keeps a box at its end as it grows, unless somebody reads further up. */
function useStickToEnd(length: number) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const b = box.current!;
    const note = () => (atEnd.current = b.scrollHeight - b.scrollTop - b.clientHeight < 48);
    b.addEventListener("scroll", note, { passive: true });
    return () => b.removeEventListener("scroll", note);
  }, []);
  useEffect(() => {
    if (atEnd.current) box.current!.scrollTop = box.current!.scrollHeight;
  }, [length]);
  return box;
}

function Notice({ run, message: m }: { run: string; message: PanelMessage }) {
  return (
    <div className="msg">
      <Icon name={m.icon} className={m.tone} />
      <div>
        <Sentence about={m.at}>{m.text}</Sentence>{" "}
        {m.count > 1 && <span className="faint tiny nowrap">{text.more(m.count - 1, formatCount(m.count - 1))} </span>}
        <Link to="/runs/$run/log" params={{ run }} search={{ seq: m.seq }} className="when">
          <Time at={m.at} short />
          <span className="vh">, {text.event(String(m.seq))}</span>
        </Link>
      </div>
    </div>
  );
}

function Talk({ said, answer }: { said: Said; answer: RunState }) {
  if (said.mine) {
    return (
      <div className="msg you">
        <div>
          <span className="vh">{text.you}: </span>
          <Foreign>{said.text}</Foreign>
        </div>
      </div>
    );
  }
  return (
    <div className="msg">
      <Icon name="probe" className="live" />
      <div>
        <div className="said-text">
          <Sentence about={new Date(said.at)}>{said.text}</Sentence>
        </div>
        {said.acts && <ActButtons answer={answer} acts={actsOf(answer).slice(0, 3)} small plain open />}
      </div>
    </div>
  );
}

function suggestionsOf({ state }: RunState): string[] {
  const q = text.questions;
  if (state.status === "failed") return [q.fail, q.helps, q.safe];
  if (hasEnded(state.status)) return [q.who, q.cost];
  if (state.status === "waiting") return [q.wait, q.next, q.safe, q.cost];
  if (state.status === "paused") return [q.helps, q.safe, q.cost];
  return [q.far, q.who, q.cost];
}

const longest = 500; // characters of a question

function Ask({ suggestions, ask }: { suggestions: readonly string[]; ask: (q: string) => void }) {
  const [typed, setTyped] = useState("");
  const id = useId();
  const send = (q: string) => {
    if (q.trim() === "") return;
    ask(q.trim());
    setTyped("");
  };
  return (
    <>
      <div className="suggest" role="group" aria-label={text.suggest}>
        {suggestions.map((s) => (
          <button key={s} type="button" className="tag" onClick={() => send(s)}>
            {s}
          </button>
        ))}
      </div>
      <form
        className="ask"
        onSubmit={(e) => {
          e.preventDefault();
          send(typed);
        }}
      >
        <label className="vh" htmlFor={id}>
          {text.ask}
        </label>
        <input
          className="input"
          id={id}
          value={typed}
          maxLength={longest}
          placeholder={text.ask}
          autoComplete="off"
          onChange={(e) => setTyped(e.target.value)}
        />
        <Button type="submit" icon="send" aria-label={text.send} />
      </form>
    </>
  );
}
