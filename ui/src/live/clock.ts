import { useSyncExternalStore } from "react";

/*
 * The page's one clock. Times of the log are the server's; a browser's clock can be wrong by hours.
 * Each greeting of the stream carries the server's time; the offset is taken from the one that took the
 * shortest way, since the delay of an answer is the error of the offset.
 */

let offset = 0; // server time minus this machine's, in ms
let error = Infinity; // upper bound of what the offset is wrong by, in ms

/** Notes the server's time, which arrived within roundTrip ms of being asked for. */
export function noteServerTime(serverTime: string, roundTrip: number): void {
  const at = Date.parse(serverTime);
  const measured = at + roundTrip / 2 - Date.now();
  // A jump of this machine's clock, as after sleep, makes the old offset worthless.
  if (Number.isNaN(at) || (roundTrip >= error && Math.abs(measured - offset) < roundTrip + 1000)) return;
  offset = measured;
  error = roundTrip;
  tick();
}

/** What a tab knows of the server's clock: offset and its error, both in ms. */
export interface ClockState {
  offset: number;
  error: number;
}

export const clockState = (): ClockState => ({ offset, error });

/** Takes over what another tab of this browser measured. */
export function adoptClock(state: ClockState): void {
  if (state.error > error) return;
  ({ offset, error } = state);
  tick();
}

/** The server's time now, in ms since 1970. */
export function serverNow(): number {
  return Date.now() + offset;
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let second = Math.floor(serverNow() / 1000);

function tick(): void {
  const now = Math.floor(serverNow() / 1000);
  if (now !== second) {
    second = now;
    for (const l of listeners) l();
  }
}

function schedule(): void {
  clearTimeout(timer);
  if (listeners.size === 0) return;
  timer = setTimeout(
    () => {
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
