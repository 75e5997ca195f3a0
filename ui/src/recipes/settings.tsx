import type { Schemas } from "~/api/types";
import { formatCount } from "~/format/format";
import { recipes as text } from "~/text/recipes";
import { formatValue, isSet } from "./values";

/** Settings with their values and where these are from. */
export function Settings({ settings }: { settings: readonly Schemas["Setting"][] }) {
  return (
    <dl className="settings">
      {settings.map((s) => (
        <div key={s.key}>
          <dt>
            {s.description} <code className="faint">{s.key}</code>
          </dt>
          <dd>
            <strong>
              {s.parameter !== null && s.value === null ? text.limits.given(s.parameter) : formatValue(s.key, s.value)}
            </strong>
            <small className="faint">{text.limits.origins[s.origin] ?? s.origin}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Settings; those that nobody has set to something else than their default are folded. */
export function FoldedSettings({ settings }: { settings: readonly Schemas["Setting"][] }) {
  const set = settings.filter(isSet);
  const rest = settings.filter((s) => !isSet(s));
  if (set.length === 0) return <Settings settings={rest} />;
  return (
    <>
      <Settings settings={set} />
      {rest.length > 0 && (
        <details>
          <summary>{text.limits.defaults(rest.length, formatCount(rest.length))}</summary>
          <Settings settings={rest} />
        </details>
      )}
    </>
  );
}
