import { useNavigate } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { showNews } from "~/app/title";
import type { LogEvent } from "~/api/types";
import { useEntries } from "~/live/context";
import { run as text } from "~/text/run";

/*
 * Runs that a person wants to be told of. They are kept in the browser, for all its tabs; a run is
 * forgotten when it has ended.
 */

const name = "cineforge-watched";
const most = 50;

/** What a watched run is called, by its id. */
type Watched = Readonly<Record<string, string>>;

const listeners = new Set<() => void>();
let cache: { raw: string | null; value: Watched } = { raw: null, value: {} };

function read(): Watched {
  let raw: string | null = null;
  try {
    raw = localStorage.getItem(name);
  } catch {
    return cache.value; // no storage: this tab alone remembers
  }
  if (raw !== cache.raw) {
    let value: unknown = {};
    try {
      value = JSON.parse(raw ?? "{}");
    } catch {
      // somebody else's text: as if there was none
    }
    cache = { raw, value: typeof value === "object" && value !== null ? (value as Watched) : {} };
  }
  return cache.value;
}

function write(value: Watched): void {
  const kept = Object.fromEntries(Object.entries(value).slice(-most));
  const raw = JSON.stringify(kept);
  try {
    localStorage.setItem(name, raw);
  } catch {
    // as above
  }
  cache = { raw, value: kept };
  for (const l of listeners) l();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}

/** Whether a run is watched, and what switches it; on asks the browser for its permission. */
export function useWatch(runID: string, what: string): { on: boolean; toggle: () => Promise<void> } {
  const on = useSyncExternalStore(subscribe, () => runID in read());
  const toggle = async () => {
    const { [runID]: _, ...others } = read();
    write(on ? others : { ...others, [runID]: what });
    if (!on && canNotify() && Notification.permission === "default") await Notification.requestPermission();
  };
  return { on, toggle };
}

/** Whether the browser has notifications here: not over plain HTTP from another machine, nor on some phones. */
export const canNotify = (): boolean => "Notification" in globalThis && isSecureContext;

/** How a run stands after an event of which a watcher is told; null for all others. */
function newsOf(e: LogEvent): { status: string; over: boolean } | null {
  if (e.event === "pipeline_finished") return { status: (e as { outcome: string }).outcome, over: true };
  if (e.event === "stage_paused") return { status: "paused", over: false };
  return null;
}

const signs: Record<string, string> = { done: "✓", failed: "✗", cancelled: "✗", paused: "!" };

/** Tells of watched runs that end or need somebody, whatever view is open. */
export function RunWatcher() {
  const navigate = useNavigate();
  useEntries((entries) => {
    for (const { event } of entries) {
      const news = newsOf(event);
      const run = event.run_id;
      const what = run ? read()[run] : undefined;
      if (news === null || !run || what === undefined) continue;
      if (news.over) {
        const { [run]: _, ...others } = read();
        write(others);
      }
      showNews(signs[news.status] ?? "!");
      tell(
        run,
        (text.watch.ended[news.status] ?? text.watch.ended["paused"])!(what),
        event.message,
        () => void navigate({ to: "/runs/$run", params: { run } }),
      );
    }
  });
  return null;
}

/** Shows a notification of the browser. The tag makes one of those of all tabs. */
function tell(run: string, title: string, body: string, open: () => void): void {
  if (!canNotify() || Notification.permission !== "granted") return;
  try {
    const n = new Notification(title, { body, tag: run });
    n.onclick = () => {
      focus();
      open();
      n.close();
    };
  } catch {
    // some browsers allow them to service workers only; the title of the tab tells
  }
}
