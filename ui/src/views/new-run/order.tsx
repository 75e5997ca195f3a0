import { useQuery } from "@tanstack/react-query";
import { recipe as recipeQuery, words } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Icon, type IconName } from "~/design/icon";
import { Card, Plate, Time } from "~/design/parts";
import { Sentence } from "~/design/sentence";
import { formatCount, formatProvider } from "~/format/format";
import { newRun as text } from "~/text/new-run";
import { askedOf, defaultRecipe, offline, useChoices, type Asked, type Ready } from "./choices";

/** Who is asked in which order, who can answer now, and who is left out of this run. */
export function OrderCard({ choices, plan }: { choices: Ready; plan: Schemas["StartPlan"] | undefined }) {
  const { data } = useQuery(recipeQuery(choices.recipe ?? defaultRecipe));
  const [, change] = useChoices();
  const without = choices.without ?? [];
  const asked = askedOf(data?.data, plan, without);
  if (asked.length === 0) return null;
  const toggle = (provider: string) => {
    const next = without.includes(provider) ? without.filter((p: string) => p !== provider) : [...without, provider];
    change({ without: next.length > 0 ? next : undefined });
  };
  return (
    <Card title={text.order.title} tools={<span className="small faint">{text.order.scope}</span>}>
      <ol className="order">
        {asked.map((a, i) => (
          <li key={a.provider}>
            <label className="row top">
              <input
                type="checkbox"
                checked={!a.left}
                aria-label={text.order.ask(formatProvider(a.provider))}
                onChange={() => toggle(a.provider)}
                disabled={a.provider === offline}
              />
              <span className="num faint">{formatCount(i + 1)}</span>
              <Plate name={formatProvider(a.provider)} hollow={!a.usable || a.left} />
              <span>
                <span className="strong">{formatProvider(a.provider)}</span>{" "}
                <span className="small faint">{a.models.filter((m) => m !== a.provider).join(text.order.then)}</span>
                <br />
                <StandingLine asked={a} />
              </span>
            </label>
          </li>
        ))}
      </ol>
      <p className="card-foot hint">{text.order.hint}</p>
    </Card>
  );
}

/** What ends by itself is said in a word and its times; the engineer's detail stands beside it. */
const timed: ReadonlySet<string> = new Set(["breaker_open", "provider_out", "probing", "gated", "held"]);

const icons: Partial<Record<Schemas["VerdictReason"], IconName>> = {
  not_configured: "key",
  held: "pause",
  gated: "gate",
  breaker_open: "out",
  provider_out: "out",
  probing: "probe",
};

function StandingLine({ asked }: { asked: Asked }) {
  const { data } = useQuery(words());
  if (asked.left)
    return (
      <span className="tiny faint">
        <Icon name="skip" /> {text.order.left}
      </span>
    );
  if (asked.usable || asked.why === null)
    return (
      <span className="tiny ok">
        <Icon name="ok" /> {asked.provider === offline ? text.order.offline : text.order.usable}
      </span>
    );
  const { reason, detail, since, until } = asked.why;
  const known = reason && timed.has(reason) ? data?.decision_reasons[reason] : undefined;
  return (
    <span className={`tiny ${reason === "not_configured" ? "faint" : "wait"}`} title={known ? (detail ?? undefined) : undefined}>
      <Icon name={(reason && icons[reason]) ?? "out"} /> <Sentence>{known ?? detail ?? reason ?? ""}</Sentence>
      {known && since && (
        <>
          , {text.order.since} <Time at={since} />
        </>
      )}
      {until && (
        <>
          , {text.order.until} <Time at={until} />
        </>
      )}
    </span>
  );
}
