import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useId } from "react";
import { providerEvents, words } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Icon, type IconName } from "~/design/icon";
import { Button, Card, LoadError, Skeleton, Time } from "~/design/parts";
import { Sentence } from "~/design/sentence";
import { formatProvider, formatWhen } from "~/format/format";
import { useNow } from "~/live/clock";
import { providers as text } from "~/text/providers";

type Event = Schemas["ProviderEvent"];

/** Every change of a breaker with its evidence, and what operators did with their reason; newest first, in pages. */
export function Changes({ names }: { names: readonly string[] }) {
  const { provider } = useSearch({ from: "/providers" });
  const navigate = useNavigate({ from: "/providers" });
  const id = useId();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(providerEvents(provider));
  const all = data?.pages.flat() ?? [];
  return (
    <Card
      title={text.history.title}
      tools={
        <span className="push row">
          <label className="small quiet" htmlFor={id}>
            {text.history.filter}
          </label>
          <select
            id={id}
            className="input auto"
            value={provider ?? ""}
            onChange={(e) =>
              void navigate({
                search: ({ provider: _, ...rest }) => (e.target.value ? { ...rest, provider: e.target.value } : rest),
                resetScroll: false,
              })
            }
          >
            <option value="">{text.history.all}</option>
            {names.map((n) => (
              <option key={n} value={n}>
                {formatProvider(n)}
              </option>
            ))}
          </select>
        </span>
      }
    >
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={4} />}
      {data && all.length === 0 && <p className="card-body quiet small">{text.history.none}</p>}
      {all.length > 0 && <ChangesTable events={all} />}
      {hasNextPage && (
        <div className="card-foot">
          <Button small disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {text.history.earlier}
          </Button>
        </div>
      )}
    </Card>
  );
}

/** The table of changes. */
export function ChangesTable({ events }: { events: readonly Event[] }) {
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={text.history.title}>
      <table className="table stackable changes">
        <thead>
          <tr>
            <th scope="col">{text.history.time}</th>
            <th scope="col">{text.history.provider}</th>
            <th scope="col">{text.history.change}</th>
            <th scope="col">{text.history.evidence}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((e, i) => (
            <Row key={e.id ?? `${e.ts}-${i}`} event={e} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ event: e }: { event: Event }) {
  const now = useNow();
  const { data } = useQuery(words());
  const states: Record<string, string> = data?.breaker_states ?? {};
  const to = e.kind === "transition" ? (states[e.to] ?? e.to) : text.history.kind[e.kind];
  const [tone, icon] = looks[e.kind === "transition" ? e.to : e.kind] ?? ["quiet", "todo"];
  return (
    <tr>
      <td className="num nowrap">
        <Time at={e.ts} />
      </td>
      <th scope="row">
        {formatProvider(e.provider)}
        {e.model && (
          <span className="quiet model">
            <bdi>{e.model}</bdi>
          </span>
        )}
      </th>
      <td className="nowrap">
        <span className={tone}>
          <Icon name={icon} />
        </span>{" "}
        {to}
        {e.until && <span className="faint num"> {text.history.until(formatWhen(e.until, now))}</span>}
      </td>
      <td className="quiet wide">
        <Sentence about={e.ts}>{because(e)}</Sentence>
      </td>
    </tr>
  );
}

const looks: Record<string, [string, IconName]> = {
  open: ["bad", "out"],
  half_open: ["live", "probe"],
  closed: ["ok", "ok"],
  held: ["wait", "pause"],
  released: ["ok", "run"],
  probed: ["live", "probe"],
};

/** Why a breaker changed, in full; what an operator did, with the reason and who it was. */
function because(e: Event): string {
  if (e.kind === "transition") return e.evidence ?? e.message ?? "";
  return e.message ?? e.reason ?? "";
}
