/*
 * Numbers, money, dates and durations in the browser's locale and zone. Every text of the page that
 * holds one of them takes it from here.
 */

const count = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat(undefined, {
  style: "currency",
  currency: "USD",
  currencyDisplay: "narrowSymbol",
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const exact = new Intl.NumberFormat(undefined, {
  style: "currency",
  currency: "USD",
  currencyDisplay: "narrowSymbol",
  minimumFractionDigits: 2,
  maximumFractionDigits: 6,
});
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const shortClock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const dayShort = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const utc = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium", timeZone: "UTC", hourCycle: "h23" });
const utcClock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZone: "UTC",
  hourCycle: "h23",
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "always", style: "short" });
const list = new Intl.ListFormat(undefined, { type: "conjunction" });
const bytes = ["byte", "kilobyte", "megabyte", "gigabyte"].map(
  (unit) =>
    new Intl.NumberFormat(undefined, {
      style: "unit",
      unit,
      unitDisplay: unit === "byte" ? "long" : "short",
      maximumFractionDigits: 1,
    }),
);

/** A moment as the API gives it: RFC 3339, or seconds since 1970; or as the page has it: a Date. */
export type Moment = string | number | Date;

/** A moment in ms since 1970. Numbers are seconds, as in the API. */
export function toMs(m: Moment): number {
  if (typeof m === "string") return Date.parse(m);
  return typeof m === "number" ? m * 1000 : m.getTime();
}

export const formatCount = (n: number): string => count.format(n);

/** A share from 0 to 1, as a percentage. */
export const formatShare = (share: number): string => percent.format(share);

/** Money in US dollars: to the cent, and what is under a cent as that. */
export function formatMoney(usd: number): string {
  if (usd > 0 && usd < 0.01) return `< ${cents.format(0.01)}`;
  return cents.format(usd);
}

/** Money in US dollars as exactly as it is known. */
export const formatMoneyExactly = (usd: number): string => exact.format(usd);

/** The time of the day with seconds. */
export const formatTime = (m: Moment): string => clock.format(toMs(m));

/** The time of the day to the minute. */
export const formatMinute = (m: Moment): string => shortClock.format(toMs(m));

/** The day. */
export const formatDay = (m: Moment): string => day.format(toMs(m));

/** The time, and the day where it is not that of now (ms since 1970). */
export function formatWhen(m: Moment, now: number): string {
  const at = toMs(m);
  if (day.format(at) === day.format(now)) return clock.format(at);
  const near = Math.abs(at - now) < 300 * 24 * 3600_000;
  return `${near ? dayShort.format(at) : day.format(at)}, ${shortClock.format(at)}`;
}

/** Date and time with the zone, for a title. */
export const formatFull = (m: Moment): string => full.format(toMs(m));

/** Date and time in UTC. */
export const formatUtc = (m: Moment): string => `${utc.format(toMs(m))} UTC`;

/** The time of the day in UTC. */
export const formatUtcTime = (m: Moment): string => `${utcClock.format(toMs(m))} UTC`;

/** How long ago a moment was, or how far it lies ahead, in one unit. */
export function formatAgo(m: Moment, now: number): string {
  const s = Math.round((toMs(m) - now) / 1000);
  const a = Math.abs(s);
  if (a < 60) return relative.format(s, "second");
  if (a < 3600) return relative.format(Math.trunc(s / 60), "minute");
  if (a < 48 * 3600) return relative.format(Math.trunc(s / 3600), "hour");
  return relative.format(Math.trunc(s / 86400), "day");
}

/** A duration on a stopwatch: 0:07, 12:30, 1:02:03. */
export function formatClock(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

const units = (unit: string, digits = 0) =>
  new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: "narrow", maximumFractionDigits: digits });
const inMs = units("millisecond");
const inTenths = units("second", 1);
const inSeconds = units("second");
const inMinutes = units("minute");
const inHours = units("hour");
const inDays = units("day");

/** A duration in few characters, as the browser's language has them: 85ms, 1.4s, 24s, 1m 50s, 2h 5m. */
export function formatDuration(seconds: number): string {
  if (seconds < 0.9995) return inMs.format(Math.round(seconds * 1000));
  if (seconds < 9.95) return inTenths.format(seconds);
  const s = Math.round(seconds);
  const join = (a: string, b: string | false) => (b ? `${a} ${b}` : a);
  if (s < 60) return inSeconds.format(s);
  if (s < 3600) return join(inMinutes.format(Math.floor(s / 60)), s % 60 > 0 && inSeconds.format(s % 60));
  const m = Math.round(s / 60);
  if (m < 24 * 60) return join(inHours.format(Math.floor(m / 60)), m % 60 > 0 && inMinutes.format(m % 60));
  return join(
    inDays.format(Math.floor(m / 1440)),
    Math.floor((m % 1440) / 60) > 0 && inHours.format(Math.floor((m % 1440) / 60)),
  );
}

/** A size of a file. */
export function formatBytes(n: number): string {
  let i = 0;
  for (; n >= 1000 && i < bytes.length - 1; i++) n /= 1000;
  return bytes[i]!.format(n);
}

/** "a, b and c" in the browser's language. */
export const formatList = (items: readonly string[]): string => list.format(items);

/** Pages in eighths, as a script supervisor writes them: 2 3/8. */
export function formatEighths(eighths: number): string {
  const whole = Math.floor(eighths / 8);
  const rest = eighths % 8;
  if (rest === 0) return `${whole}`;
  return whole > 0 ? `${whole} ${rest}/8` : `${rest}/8`;
}

/** A provider's name as a person writes it: the names of the known ones, any other as it is set. */
export function formatProvider(name: string): string {
  return providerNames[name] ?? name;
}

const providerNames: Record<string, string> = {
  anthropic: "Anthropic",
  openai: "OpenAI",
  google: "Google",
  gemini: "Google",
  offline: "Offline",
  code: "Code",
};
