import { apiError } from "~/api/client";
import type { LogEvent } from "~/api/types";

/** An event and where it stands in the server's log. */
export interface Entry {
  position: number;
  event: LogEvent;
}

/** How far the log is known: a position, and the time of the event there, which tells two logs apart. */
export interface Place {
  position: number;
  /** null: there is no such event; undefined: its time is not known. */
  ts: string | null | undefined;
}

/** What the page follows: everything that the log has. */
export const topics = "runs,providers,projects,inputs,artifacts,chat";

/** How many missed entries are read one by one. After more, what is shown is read again instead. */
export const mostMissed = 2_000;

/** A page of the log. */
export interface Page {
  entries: Entry[];
  /** Where the next page begins; it is before what was asked for if the log is shorter than that. */
  position: number;
  more: boolean;
}

/** The position that asks for the end of the log. */
export const theEnd = Number.MAX_SAFE_INTEGER;

/** Reads a page of the log behind a position. */
export async function readPage(after: number, signal: AbortSignal, request: typeof fetch = fetch): Promise<Page> {
  const response = await request(`/api/events?topics=${topics}&after=${after}&limit=500`, {
    headers: { "Cineforge-Client": "page" },
    signal,
    cache: "no-store",
  });
  if (!response.ok) throw apiError(response, await response.json().catch(() => null));
  const page = (await response.json()) as { events: LogEvent[]; positions: number[]; position: number; more: boolean };
  return {
    entries: page.events.map((event, i) => ({ position: page.positions[i]!, event })),
    position: page.position,
    more: page.more,
  };
}

/** What was missed behind a place: its entries, or that it is too much, or that the log is another one. */
export type Missed = { kind: "entries"; entries: Entry[] } | { kind: "too-much" | "replaced"; place: Place };

/** Reads what was missed behind a place. */
export async function readMissed(place: Place, signal: AbortSignal, request: typeof fetch = fetch): Promise<Missed> {
  const entries: Entry[] = [];
  for (let after = place.position; entries.length <= mostMissed; ) {
    const page = await readPage(after, signal, request);
    if (page.position < after) return { kind: "replaced", place: { position: page.position, ts: undefined } };
    entries.push(...page.entries);
    if (!page.more) return { kind: "entries", entries };
    after = page.position;
  }
  const end = await readPage(theEnd, signal, request);
  return { kind: "too-much", place: { position: end.position, ts: undefined } };
}

/** The entries that stand behind a place. */
export const behind = (place: Place | null, entries: readonly Entry[]): Entry[] =>
  entries.filter((e) => place === null || e.position > place.position);

/** Where an entry stands. */
export const placeOf = (e: Entry): Place => ({ position: e.position, ts: e.event.ts });
