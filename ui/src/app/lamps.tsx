import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { providers } from "~/api/queries";
import type { Provider } from "~/api/types";
import { Icon } from "~/design/icon";
import { Plate } from "~/design/parts";
import { formatMinute, formatProvider } from "~/format/format";
import { standing, standingIcon, standingTone, type Standing } from "~/providers/standing";
import { shell } from "~/text/shell";

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
  const tone = { bad: "is-out", wait: "is-limited" }[standingTone[s.state] as string] ?? "";
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
    case "held":
      return words.held(s.until && formatMinute(s.until));
    case "partly_out":
      return words.partly_out(s.model ?? "");
    case "model_unavailable":
      return words.model_unavailable(s.model ?? "");
    default:
      return words[s.state];
  }
}
