import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useId } from "react";
import { incident as incidentQuery, providers as providersQuery, providersHistory } from "~/api/queries";
import type { Provider, Schemas } from "~/api/types";
import { useTitle } from "~/app/title";
import { Card, LinkButton, LoadError, Pill, Skeleton } from "~/design/parts";
import { Sentence } from "~/design/sentence";
import { formatMoney, formatTime, formatWhen } from "~/format/format";
import { useNow } from "~/live/clock";
import { bandTone } from "~/providers/standing";
import { providers as text } from "~/text/providers";
import { lostTries } from "~/text/units";
import { ProviderCard } from "./card";
import { Changes } from "./changes";
import { windows } from "./history";
import { Legend } from "./strip";
import { Why } from "./why";
import "~/views/run/band.css";
import "./providers.css";

const usual = "1h";

/** How the providers are doing: a card for each, why tries failed, what changed and why. */
export function Providers() {
  useTitle(text.title);
  const search = useSearch({ from: "/providers" });
  const chosen = search.window && search.window in windows ? search.window : usual;
  const { window, bucket, every } = windows[chosen]!;
  const { data, error, refetch } = useQuery(providersQuery());
  const { data: history, error: historyError, refetch: readHistory } = useQuery(providersHistory(window, bucket, every));
  const shown = text.windows[chosen]!;
  const alone = data?.every((p) => !p.configured) ?? false; // the offline model is all there is
  return (
    <div className="stack">
      <div className="row wrap">
        <h1>{text.title}</h1>
        <span className="push row wrap">
          <WindowChoice value={chosen} />
          <LinkButton to="/incident" small icon="out">
            {text.incidentView}
          </LinkButton>
        </span>
      </div>
      <p className="small quiet">{text.lead}</p>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={8} />}
      {data && (
        <>
          <Overall />
          {alone ? <Offline providers={data} /> : <Legend />}
          {historyError && !history && <LoadError error={historyError} retry={() => void readHistory()} />}
          {data.map((p) => (
            <ProviderCard key={p.name} provider={p} history={history} window={shown} />
          ))}
          {!alone && <Offline providers={data} />}
          <div className="twothirds">
            <Changes names={data.map((p) => p.name)} />
            {history && <Why rows={history.providers} />}
          </div>
          <Foot window={shown} history={history} />
        </>
      )}
    </div>
  );
}

function WindowChoice({ value }: { value: string }) {
  const navigate = useNavigate({ from: "/providers" });
  const id = useId();
  return (
    <>
      <label className="small quiet" htmlFor={id}>
        {text.window}
      </label>
      <select
        id={id}
        className="input auto"
        value={value}
        onChange={(e) => void navigate({ search: (s) => ({ ...s, window: e.target.value }), replace: true, resetScroll: false })}
      >
        {Object.entries(text.windows).map(([window, label]) => (
          <option key={window} value={window}>
            {text.last(label)}
          </option>
        ))}
      </select>
    </>
  );
}

/** What is wrong and what it does to runs, in one sentence; what comes next. */
function Overall() {
  const { data } = useQuery(incidentQuery());
  const now = useNow();
  if (!data) return null;
  const { failed, canceled, wasted_cost_usd } = data.attempts;
  return (
    <section className={`band slim ${bandTone(data)}`} aria-label={text.overall}>
      <div className="stack tight">
        <p className="lead">
          <Sentence about={data.ts}>{data.message}</Sentence>
        </p>
        {data.next.length > 0 && (
          <p className="small quiet">
            {text.nextChance}: <Sentence about={data.ts}>{data.next.map((n) => n.message).join(" ")}</Sentence>
          </p>
        )}
        {!data.well && (
          <p className="small quiet">
            {text.costSoFar(lostTries(failed, canceled), formatMoney(wasted_cost_usd), formatWhen(data.since, now))}
          </p>
        )}
      </div>
    </section>
  );
}

/** The model inside the program; where no provider has a key it is all there is, so it teaches how to add one. */
function Offline({ providers }: { providers: readonly Provider[] }) {
  const alone = providers.every((p) => !p.configured);
  const variables = providers.flatMap((p) => (p.key_variable ? [p.key_variable] : []));
  return (
    <Card
      title={text.offline.title}
      tools={
        <Pill tone={alone ? "live" : "off"} icon={alone ? "run" : "model"}>
          {text.offline.pill}
        </Pill>
      }
    >
      <div className="card-body stack tight">
        <p className="quiet small">{text.offline.text}</p>
        {alone && (
          <>
            <p>{text.offline.usedNow}</p>
            <pre className="code">{variables.map(text.addKey.example).join("\n")}</pre>
            <p className="small quiet">{text.offline.keys}</p>
          </>
        )}
      </div>
    </Card>
  );
}

function Foot({ window, history }: { window: string; history: Schemas["History"] | undefined }) {
  const now = useNow();
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <p className="foot">
      <span>{text.foot.zone(zone)}</span>
      <span>{text.foot.state(formatTime(new Date(now)))}</span>
      {history && <span>{text.foot.counts(window)}</span>}
      <span>{text.foot.drills}</span>
    </p>
  );
}
