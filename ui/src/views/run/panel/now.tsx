import { Link } from "@tanstack/react-router";
import type { RunState } from "~/api/types";
import { Icon } from "~/design/icon";
import { Time } from "~/design/parts";
import { Sentence } from "~/design/sentence";
import { ActButtons } from "~/run/actions";
import { actsOf } from "~/run/act/acts";
import { panel as text } from "~/text/panel";
import { Remaining } from "../band/count";
import type { PanelMessage } from "./messages";

/** What is waited for now: the one message with a countdown, and what ends the wait. */
export function Now({ answer, message: m }: { answer: RunState; message: PanelMessage }) {
  const next = answer.state.next_attempt_at;
  const acts = actsOf(answer).filter((a) => a.kind === "try-now" || a.kind === "release");
  return (
    <div className="msg now">
      <Icon name="wait" className="wait" />
      <div>
        {next !== null && (
          <strong className="num">
            {text.next} {text.in} <Remaining until={next} />
          </strong>
        )}
        <div className="quiet">
          <Sentence about={m.at}>{m.text}</Sentence>{" "}
          <Link to="/runs/$run/log" params={{ run: answer.run_id }} search={{ seq: m.seq }} className="when">
            <Time at={m.at} short />
            <span className="vh">, {text.event(String(m.seq))}</span>
          </Link>
        </div>
        <ActButtons answer={answer} acts={acts} small plain open />
      </div>
    </div>
  );
}
