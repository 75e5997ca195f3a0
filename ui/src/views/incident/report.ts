import type { Schemas } from "~/api/types";
import { formatFull, formatUtc, toMs } from "~/format/format";
import { incident as text } from "~/text/incident";

type Incident = Schemas["Incident"];
type Run = Schemas["AffectedRun"];
const t = text.report;

/** The incident as plain text, for a chat or a ticket: in the form of the command line's report, with times in UTC. */
export function reportText(i: Incident): string {
  const at = (m: string | null | undefined) => clock(m, i.ts);
  const a = i.attempts;
  const lines = [
    t.head(formatUtc(i.ts), formatFull(i.ts)),
    t.times,
    "",
    i.message,
    ...i.earlier.map((e) => `${t.over}: ${e}`),
    "",
    ...facts([
      [t.since, at(i.since)],
      [t.failures, i.first_seen ? t.fromTo(at(i.first_seen), at(i.last_seen)) : t.none],
      [t.attempts, t.answeredFailed(a.answered, a.failed)],
      [t.cost, t.costLine(dollars(a.cost_usd), dollars(a.wasted_cost_usd))],
      [t.next, i.next.map((n) => n.message).join(" ")],
      [t.drills, i.drills_left_out > 0 ? t.drillsLine(i.drills_left_out) : ""],
    ]),
    "",
    ...table([t.columns, ...i.providers.map((p) => providerRow(p, at))], new Set([4, 5, 6])),
    ...runs(t.waiting, i.runs.waiting, i.runs.waiting_total, at),
    ...runs(t.fallen_over, i.runs.fallen_over, i.runs.fallen_over_total, at),
    ...runs(t.paused, i.runs.paused, i.runs.paused_total, at),
    ...runs(t.failed, i.runs.failed, i.runs.failed_total, at),
    ...section(
      [t.acts, "", ""],
      i.acts.map((e) => [at(e.ts), `${name(e)} ${e.kind}`, e.reason ?? ""]),
    ),
    ...section([t.requests, ""], i.providers.flatMap(requestRow)),
  ];
  return `${lines.join("\n")}\n`;
}

type Clock = (m: string | null | undefined) => string;

function providerRow(p: Schemas["ProviderTrouble"], at: Clock): string[] {
  return [
    name(p),
    p.state.replaceAll("_", " "),
    at(p.since),
    at(p.until),
    String(p.answered),
    String(p.failed),
    dollars(p.wasted_cost_usd),
    p.faults.map((f) => `${f.attempts} ${f.error_class} (${f.fault})`).join(", "),
  ];
}

const requestRow = (p: Schemas["ProviderTrouble"]): string[][] =>
  p.last_failure?.request_id ? [[p.provider, p.last_failure.request_id]] : [];

function runs(title: string, list: readonly Run[], total: number, at: Clock): string[] {
  const rows = list.map((r) => [r.run_id, at(r.since), effect(r, at), r.project_id ?? ""]);
  return [...section([title, ...t.runColumns], rows), ...(total > list.length ? [t.more(total - list.length)] : [])];
}

function effect(r: Run, at: Clock): string {
  return [
    r.waits_for && t.for(r.waits_for.join(" / ")),
    r.until && t.until(at(r.until)),
    r.from && r.to && `${r.from} → ${r.to}`,
    r.error_class,
    r.pause_reason,
  ]
    .filter(Boolean)
    .join(", ");
}

const name = (p: { provider: string; model?: string }): string => (p.model ? `${p.provider} ${p.model}` : p.provider);
const dollars = (usd: number): string => `$${usd.toFixed(2)}`;

/** The time of the day in UTC, with the day where it is not that of the report. */
function clock(m: string | null | undefined, ts: string): string {
  if (!m) return "";
  const iso = new Date(toMs(m)).toISOString();
  const time = iso.slice(11, 19);
  return iso.slice(0, 10) === new Date(toMs(ts)).toISOString().slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`;
}

function facts(all: [string, string][]): string[] {
  const given = all.filter(([, value]) => value !== "");
  const width = Math.max(...given.map(([term]) => term.length));
  return given.map(([term, value]) => `${term.padEnd(width)}  ${value}`);
}

function section(head: string[], rows: string[][]): string[] {
  return rows.length === 0 ? [] : ["", ...table([head, ...rows])];
}

/** Rows in columns two spaces apart; the columns of right are flush right. */
function table(rows: string[][], right: ReadonlySet<number> = new Set()): string[] {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((r) => (r[c] ?? "").length)));
  const cell = (s: string, c: number) => (right.has(c) ? s.padStart(widths[c]!) : s.padEnd(widths[c]!));
  return rows.map((r) => r.map(cell).join("  ").trimEnd());
}
