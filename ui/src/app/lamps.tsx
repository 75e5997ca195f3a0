import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { providers } from "~/api/queries";
import type { Provider, Schemas } from "~/api/types";
import { Icon, type IconName } from "~/design/icon";
import { Plate } from "~/design/parts";
import { formatMinute, formatProvider } from "~/format/format";
import { standing, type Standing } from "~/providers/standing";
import { shell } from "~/text/shell";

/** The icon of each state of a provider. */
export const standingIcon: Record<Schemas["ProviderState"], IconName> = {
  well: "ok",
  partly_out: "out",
  out: "out",
  probing: "probe",
  limited: "gate",
  key_rejected: "key",
  out_of_quota: "gate",
  model_unavailable: "out",
  held: "pause",
  not_configured: "key",
};

const bad: ReadonlySet<string> = new Set(["out", "key_rejected", "out_of_quota"]);
const limited: ReadonlySet<string> = new Set(["limited", "probing", "partly_out", "held", "model_unavailable"]);

/** A lamp for each provider: how it is doing, on every page. */
export function Lamps() {
  const { data } = useQuery(providers());
  // Those without a key matter only while there are few: what can't answer takes no room from what can.
  const shown = (data ?? []).filter((p) => p.configured || (data ?? []).length <= 4);
  return (
    <div className="lamps push" role="group" aria-label={shell.lamps}>
      {shown.map((p) => (
        <Lamp key={p.name} provider={p} />
      ))}
    </div>
  );
}

function Lamp({ provider }: { provider: Provider }) {
  const s = standing(provider);
  const tone = bad.has(s.state) ? "is-out" : limited.has(s.state) ? "is-limited" : "";
  return (
    <Link to="/providers" hash={provider.name} className={`lamp ${tone} ${s.state === "not_configured" ? "hide-sm" : ""}`}>
      <Icon name={standingIcon[s.state]} />
      <Plate name={formatProvider(provider.name)} hollow={!provider.configured} />
      <b>
        <span className="nm">{formatProvider(provider.name)}</span> {lampWords(s)}
      </b>
    </Link>
  );
}

function lampWords(s: Standing): string {
  const words = shell.lamp;
  switch (s.state) {
    case "out":
      return words.out(s.since && formatMinute(s.since));
    case "limited":
      return words.limited(s.until && formatMinute(s.until));
    case "partly_out":
    case "model_unavailable":
      return words.partly_out(s.model ?? "");
    default:
      return words[s.state];
  }
}
