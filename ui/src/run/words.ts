import { useQuery } from "@tanstack/react-query";
import { words } from "~/api/queries";
import type { Overview, Schemas } from "~/api/types";
import type { IconName } from "~/design/icon";
import type { Tone } from "~/design/parts";

interface Look {
  tone: Tone;
  icon: IconName;
}

const looks: Record<Schemas["RunStatus"], Look> = {
  queued: { tone: "wait", icon: "wait" },
  running: { tone: "live", icon: "run" },
  waiting: { tone: "wait", icon: "wait" },
  paused: { tone: "off", icon: "pause" },
  done: { tone: "ok", icon: "ok" },
  failed: { tone: "bad", icon: "bad" },
  cancelled: { tone: "off", icon: "skip" },
  damaged: { tone: "bad", icon: "bad" },
};

/** The tone and the icon of a run's state; a newer server may have states that this page does not know. */
export const runLook = (status: Schemas["RunStatus"]): Look => looks[status] ?? { tone: "off", icon: "todo" };

/** Returns what says a run's state in a word of the API. */
export function useRunWord(): (run: Pick<Overview, "status">) => string {
  const { data } = useQuery(words());
  return (run) => data?.run_statuses[run.status] ?? run.status;
}
