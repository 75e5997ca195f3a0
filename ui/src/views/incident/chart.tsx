import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { providersHistory } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Card, Plate } from "~/design/parts";
import { formatCount, formatMinute, formatProvider, formatWhen, toMs } from "~/format/format";
import { useNow } from "~/live/clock";
import { incident as text } from "~/text/incident";
import { providers as providersText } from "~/text/providers";

type History = Schemas["History"];

const lengths = Object.keys(text.chart.bars).map(Number); // of a bar, in seconds
const mostBars = 72;
const fewestBars = 20;

/** The window and the length of its bars, in seconds, that show the time since a moment; now and since are ms since 1970. */
export function barsFor(since: number, now: number): { window: number; bar: number } {
  const span = (now - since) / 1000;
  const bar = lengths.find((l) => span / l < mostBars) ?? lengths.at(-1)!;
  return { bar, window: bar * Math.max(fewestBars, Math.ceil(span / bar) + 1) };
}

/** How many tries failed per minute, or longer where the time is long: a row of bars for each provider, on one scale. */
export function FailureChart({ incident }: { incident: Schemas["Incident"] }) {
  const { bar, window } = barsFor(toMs(incident.since), toMs(incident.ts));
  const { data } = useQuery({
    ...providersHistory(`${window}s`, `${bar}s`, Math.max(4_000, bar * 100)),
    placeholderData: keepPreviousData,
  });
  const now = useNow();
  const failing = (data?.providers ?? []).filter((p) => p.total.failed > 0);
  const most = Math.max(1, ...failing.flatMap((p) => p.buckets.map((b) => b.failed)));
  return (
    <Card title={text.chart.title(text.chart.bars[bar]!)}>
      <div className="card-body stack tight">
        {data && failing.length === 0 && <p className="quiet small">{text.chart.none}</p>}
        {data && failing.map((p) => <Bars key={p.provider} history={data} provider={p} most={most} />)}
        {data && failing.length > 0 && (
          <>
            <p className="bars-axis num" aria-hidden="true">
              <span>{minute(data.from, now)}</span>
              <span>{minute(data.until, now)}</span>
            </p>
            <details className="twin no-print">
              <summary>{providersText.asTable}</summary>
              <BarsTable providers={failing} />
            </details>
          </>
        )}
      </div>
    </Card>
  );
}

/** To the minute, with the day where it is not today. */
function minute(at: string, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? formatMinute(at) : formatWhen(at, now);
}

function Bars({ history, provider, most }: { history: History; provider: Schemas["ProviderHistory"]; most: number }) {
  const from = toMs(history.from);
  const step = history.bucket_seconds * 1000;
  const failed = new Map(provider.buckets.map((b) => [toMs(b.ts), b.failed]));
  const bars = Array.from(
    { length: Math.round((toMs(history.until) - from) / step) },
    (_, i) => failed.get(from + i * step) ?? 0,
  );
  const name = formatProvider(provider.provider);
  const own = formatCount(Math.max(...bars));
  return (
    <div className="bars">
      <span className="row">
        <Plate name={name} /> {name}
      </span>
      <span className="bars-plot" role="img" aria-label={text.chart.label(name, formatCount(provider.total.failed), own)}>
        {bars.map((n, i) => (
          <i
            key={i}
            className={n > 0 ? "f" : ""}
            style={{ blockSize: n > 0 ? `${Math.max(12, (100 * n) / most)}%` : undefined }}
          />
        ))}
      </span>
      <span className="small quiet num">{text.chart.most(own)}</span>
    </div>
  );
}

function BarsTable({ providers }: { providers: readonly Schemas["ProviderHistory"][] }) {
  const now = useNow();
  const times = [...new Set(providers.flatMap((p) => p.buckets.filter((b) => b.failed > 0).map((b) => b.ts)))].sort();
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{text.chart.from}</th>
          {providers.map((p) => (
            <th key={p.provider} scope="col" className="r">
              {formatProvider(p.provider)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {times.map((ts) => (
          <tr key={ts}>
            <td className="num">{formatWhen(ts, now)}</td>
            {providers.map((p) => (
              <td key={p.provider} className="r">
                {formatCount(p.buckets.find((b) => b.ts === ts)?.failed ?? 0)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
