import type { Provider, Schemas } from "~/api/types";
import { formatCount, formatDuration, formatMoney, formatWhen } from "~/format/format";
import { useNow } from "~/live/clock";
import { modelStanding, standing } from "~/providers/standing";
import { providers as text } from "~/text/providers";
import { ms } from "./figures";

type Model = Schemas["Model"];

/** The models of a provider: each has a breaker, limits, and a number of calls at a time of its own. */
export function Models({ provider, history }: { provider: Provider; history: Schemas["ProviderHistory"] | undefined }) {
  const columns = text.models;
  if (provider.models.length === 0) return null;
  return (
    <details className="models">
      <summary>{columns.title(provider.models.length, formatCount(provider.models.length))}</summary>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={columns.title(provider.models.length, "")}>
        <table className="table stackable">
          <thead>
            <tr>
              <th scope="col">{columns.model}</th>
              <th scope="col">{columns.state}</th>
              <th scope="col" className="r">
                {columns.answered}
              </th>
              <th scope="col" className="r">
                {columns.half}
              </th>
              <th scope="col" className="r">
                {columns.spent}
              </th>
              <th scope="col">{columns.room}</th>
              <th scope="col">{columns.limits}</th>
            </tr>
          </thead>
          <tbody>
            {provider.models.map((m) => (
              <Row
                key={m.model}
                model={m}
                whole={standing(provider).model === null ? standing(provider).state : "well"}
                total={history?.models.find((h) => h.model === m.model)?.total}
              />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Row({ model, whole, total }: { model: Model; whole: Schemas["ProviderState"]; total: Schemas["Figures"] | undefined }) {
  const now = useNow();
  const columns = text.models;
  const s = modelStanding(model);
  const tries = total ? total.answered + total.failed : 0;
  return (
    <tr>
      <th scope="row">
        <bdi>{model.model}</bdi>
      </th>
      <td className="wide">
        {s.state === "well" && whole !== "well" && whole !== "not_configured"
          ? text.modelState.withProvider
          : text.modelState[s.state]}
        {s.until && <span className="faint num"> {columns.askedAgain(formatWhen(s.until, now))}</span>}
        {s.reason && (
          <span className="quiet reason" dir="auto">
            {s.reason}
          </span>
        )}
      </td>
      <td className="r" data-l={columns.answered}>
        {formatCount(total?.answered ?? 0)} <small className="faint">{text.figures.of(formatCount(tries), null)}</small>
      </td>
      <td className="r" data-l={columns.half}>
        {ms(total?.latency_p50_ms ?? null)}
      </td>
      <td className="r" data-l={columns.spent}>
        {formatMoney(total?.cost_usd ?? 0)}
      </td>
      <td className="quiet" data-l={columns.room}>
        {model.room
          ? columns.roomOf(formatCount(model.room.calls), formatCount(model.room.of), model.room.because)
          : columns.roomAll}
      </td>
      <td className="quiet" data-l={columns.limits}>
        {model.limits &&
          columns.limit(formatDuration(model.limits.first_byte.seconds), formatDuration(model.limits.idle.seconds))}
      </td>
    </tr>
  );
}
