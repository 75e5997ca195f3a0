import { useSyncExternalStore } from "react";

/*
 * The page's one clock. Times of the log are the server's; a browser's clock can be wrong by hours.
 * Each greeting of the stream carries the server's time; the offset is taken from the one that took the
 * shortest way, since the delay of an answer is the error of the offset.
 */

let offset = 0; // server time minus this machine's, in ms
let error = Infinity; // upper bound of what the offset is wrong by, in ms

const mostDrift = 2_000; // ms by which the wall clock may leave the steady one between two looks
let drift = Date.now() - performance.now();

/** Notes the server's time, which arrived within roundTrip ms of being asked for. */
export function noteServerTime(serverTime: string, roundTrip: number): void {
  const at = Date.parse(serverTime);
  if (Number.isNaN(at)) return;
  const measured = at + roundTrip / 2 - Date.now();
  // A difference that the delays don't explain: one of the clocks was set.
  const set = Math.abs(measured - offset) > roundTrip + error + 1_000;
  if (roundTrip >= error && !set) return;
  adoptClock({ offset: measured, error: roundTrip });
}

/** What a tab knows of the server's clock: offset and its error, both in ms. */
export interface ClockState {
  offset: number;
  error: number;
}

export const clockState = (): ClockState => ({ offset, error });

/** Takes over what the tab measured that has the connection. */
export function adoptClock(state: ClockState): void {
  if (!Number.isFinite(state.error)) return;
  ({ offset, error } = state);
  tick();
}

/** The server's time now, in ms since 1970. */
export function serverNow(): number {
  return Date.now() + offset;
}

/** How far apart the server's clock and this machine's are, in ms; null while it is not known. */
export const clockOffset = (): number | null => (Number.isFinite(error) ? offset : null);

const jumpListeners = new Set<() => void>();

/** Calls back when this machine's clock was set, or the machine slept: the offset has to be measured again. */
export function onClockJump(listener: () => void): () => void {
  jumpListeners.add(listener);
  return () => jumpListeners.delete(listener);
}

function lookForJump(): void {
  const now = Date.now() - performance.now();
  if (Math.abs(now - drift) > mostDrift) {
    error = Infinity;
    for (const l of jumpListeners) l();
  }
  drift = now;
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let second = Math.floor(serverNow() / 1000);

function tick(): void {
  const now = Math.floor(serverNow() / 1000);
  if (now === second) return;
  second = now;
  for (const l of listeners) l();
}

function schedule(): void {
  clearTimeout(timer);
  if (listeners.size === 0) return;
  timer = setTimeout(
    () => {
      lookForJump();
      tick();
      schedule();
    },
    1000 - (serverNow() % 1000) + 5,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    tick();
    schedule();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearTimeout(timer);
  };
}

/** The server's time in whole seconds, as ms since 1970. Every component that uses it ticks together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => second) * 1000;
}
