import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { failures, projects, providerEvents } from "~/api/queries";
import type { Provider, Schemas } from "~/api/types";
import { Foreign, Pill } from "~/design/parts";
import { formatClock, formatWhen, toMs, type Moment } from "~/format/format";
import { useNow } from "~/live/clock";
import { providers as text } from "~/text/providers";
import { standing, standingIcon, standingTone, type Standing } from "./standing";

/** The state of a provider: icon, word and tone, with since when or until when. */
export function StatePill({ provider }: { provider: Provider }) {
  const now = useNow();
  const s = standing(provider);
  const heldBy = useHeldBy(provider);
  if (s.state === "well" && provider.attempts === 0)
    return (
      <Pill tone="off" icon="todo">
        {text.state.unasked}
      </Pill>
    );
  return (
    <Pill tone={standingTone[s.state]} icon={standingIcon[s.state]}>
      {stateWords(s, heldBy, now)}
    </Pill>
  );
}

/** The state in words. */
export function stateWords(s: Standing, heldBy: string | null, now: number): string {
  const words = text.state;
  const when = (t: string | null) => t && formatWhen(t, now);
  switch (s.state) {
    case "out":
    case "probing":
      return words[s.state](when(s.since));
    case "limited":
      return words.limited(when(s.until));
    case "held":
      return words.held(heldBy, when(s.until));
    case "partly_out":
      return words.partly_out(s.model ?? "", when(s.since));
    case "model_unavailable":
      return words.model_unavailable(s.model);
    default:
      return words[s.state];
  }
}

/** Who holds a provider, if it is held: the name, or through which channel. */
export function useHeldBy(provider: Provider): string | null {
  const { data } = useInfiniteQuery({ ...providerEvents(provider.name), enabled: provider.held != null });
  const act = data?.pages.flat().find((e) => e.kind === "held");
  return act?.actor ? actorName(act.actor) : null;
}

/** Who did something: the name of the token, or what came through which channel. */
export const actorName = (a: Schemas["Actor"]): string => a.name ?? text.who[a.channel];

/** How long until a moment, on a stopwatch. It is no news for a screen reader, for which the time itself stands beside it. */
export function Left({ until }: { until: Moment }) {
  const now = useNow();
  const left = (toMs(until) - now) / 1000;
  return (
    <span className="left" aria-hidden="true">
      {left > 0 ? text.left(formatClock(left)) : text.due}
    </span>
  );
}

/** The words for a class of failures, from the API. */
export function useFailureClass(errorClass: Schemas["ErrorClass"] | null): Schemas["FailureClass"] | null {
  const { data } = useQuery(failures());
  return data?.find((f) => f.error_class === errorClass) ?? null;
}

/** A project's name, or its id while the name is not known. */
export function ProjectName({ id }: { id: string }) {
  const { data } = useQuery(projects());
  return <Foreign>{data?.find((p) => p.project_id === id)?.display_name ?? id}</Foreign>;
}
