import type { RunState } from "~/api/types";
import { Button } from "~/design/parts";
import { hasEnded } from "~/run/act/acts";
import { shortRun } from "~/run/units";
import { canNotify, useWatch } from "~/run/watch";
import { run as text } from "~/text/run";

/** A switch: the browser tells when the run ends or needs somebody; where it can't, the title of the tab does. */
export function WatchButton({ answer }: { answer: RunState }) {
  const { on, toggle } = useWatch(answer.run_id, answer.state.input_name || shortRun(answer.run_id));
  if (hasEnded(answer.state.status)) return null;
  const blocked = !canNotify() || Notification.permission === "denied";
  return (
    <Button
      look="plain"
      icon={on ? "check" : "you"}
      aria-pressed={on}
      title={blocked ? text.watch.blocked : undefined}
      onClick={() => void toggle()}
    >
      {on ? text.watch.on : text.watch.ask}
    </Button>
  );
}
