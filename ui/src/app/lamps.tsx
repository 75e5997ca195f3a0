import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { providers } from "~/api/queries";
import type { Provider } from "~/api/types";
import { Icon, type IconName } from "~/design/icon";
import { Plate } from "~/design/parts";
import { formatCount, formatList, formatMinute, formatProvider } from "~/format/format";
import { standing, standingIcon, standingTone, type Standing } from "~/providers/standing";
import { shell } from "~/text/shell";

const most = 4; // lamps that have room

/** A lamp for each provider: how it is doing, on every page. Of many, those that are well become one. */
export function Lamps() {
  const { data } = useQuery(providers());
  const all = (data ?? []).map((provider) => ({ provider, s: standing(provider) }));
  const few = all.length <= most;
  // Those without a key matter only while there are few: what can't answer takes no room from what can.
  const troubled = few ? all : all.filter(({ s }) => s.state !== "well" && s.state !== "not_configured");
  const well = few ? [] : all.filter(({ s }) => s.state === "well");
  const hidden = troubled.slice(most - 1);
  return (
    <div className="lamps push" role="group" aria-label={shell.lamps}>
      {(few ? troubled : troubled.slice(0, most - 1)).map(({ provider, s }) => (
        <Lamp key={provider.name} provider={provider} s={s} />
      ))}
      {!few && hidden.length > 0 && (
        <Several icon="out" names={hidden.map(({ provider }) => provider.name)} say={shell.lampsMore} tone="is-limited" />
      )}
      {well.length > 0 && <Several icon="ok" names={well.map(({ provider }) => provider.name)} say={shell.lampsWell} tone="" />}
    </div>
  );
}

/** One lamp for several providers. */
function Several(props: { icon: IconName; names: string[]; say: (count: string) => string; tone: string }) {
  return (
    <Link to="/providers" className={`lamp several ${props.tone}`} title={formatList(props.names.map(formatProvider))}>
      <Icon name={props.icon} />
      {props.say(formatCount(props.names.length))}
    </Link>
  );
}

function Lamp({ provider, s }: { provider: Provider; s: Standing }) {
  const tone = { bad: "is-out", wait: "is-limited" }[standingTone[s.state] as string] ?? "";
  return (
    <Link
      to="/providers"
      hash={provider.name}
      title={`${formatProvider(provider.name)} ${lampWords(s)}`}
      className={`lamp ${tone} ${s.state === "not_configured" ? "hide-sm" : ""}`}
    >
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
