import type { ReactNode } from "react";
import { formatFull, formatMinute, formatTime, formatWhen, toMs, type Moment } from "~/format/format";
import { useNow } from "~/live/clock";

const spoken = /(?:(\d{4}-\d\d-\d\d) )?\b(\d\d:\d\d(?::\d\d)?)(?: to (\d\d:\d\d(?::\d\d)?))? UTC\b/g;

/** A part of a sentence: words, or a moment, in ms since 1970, that was written with or without seconds. */
export type Part = string | { at: number; seconds: boolean };

/** Splits a sentence of the server at its times, which are in UTC; about is when it was said, and so the day of a time without one. */
export function splitTimes(text: string, about: Moment): Part[] {
  const today = new Date(toMs(about)).toISOString().slice(0, 10);
  const parts: Part[] = [];
  let done = 0;
  for (const m of text.matchAll(spoken)) {
    const moment = (time: string) => ({ at: Date.parse(`${m[1] ?? today}T${time}Z`), seconds: time.length > 5 });
    parts.push(text.slice(done, m.index), moment(m[2]!));
    if (m[3]) parts.push(" to ", moment(m[3]));
    done = m.index + m[0].length;
  }
  parts.push(text.slice(done));
  return parts.filter((p) => p !== "");
}

/** A sentence of the server with its times as the reader's clock has them, and UTC on hover. The direction is that of the text. */
export function Sentence({ children, about }: { children: string; about?: Moment }) {
  const now = useNow();
  const parts = splitTimes(children, about ?? new Date(now));
  return (
    <bdi dir="auto">{parts.map((p, i): ReactNode => (typeof p === "string" ? p : <Spoken key={i} part={p} now={now} />))}</bdi>
  );
}

function Spoken({ part, now }: { part: Exclude<Part, string>; now: number }) {
  const at = new Date(part.at);
  const sameDay = at.toDateString() === new Date(now).toDateString();
  const text = !sameDay ? formatWhen(at, now) : part.seconds ? formatTime(at) : formatMinute(at);
  return (
    <time dateTime={at.toISOString()} title={formatFull(at)}>
      {text}
    </time>
  );
}
