import { useQuery } from "@tanstack/react-query";
import { Fragment, useId } from "react";
import { failures as failuresQuery, words as wordsQuery } from "~/api/queries";
import type { RunState } from "~/api/types";
import { Foreign, Pill, Time } from "~/design/parts";
import { useNow } from "~/live/clock";
import { RunActions } from "~/run/actions";
import { useCancelling } from "~/run/act/cancelling";
import type { Gist } from "~/run/gist";
import type { RunView } from "~/run/view";
import { act as actText } from "~/text/act";
import { run as text } from "~/text/run";
import { WatchButton } from "../watch-button";
import { bandOf } from "./band-model";
import type { BandModel } from "./band-words";
import { Cause } from "./cause";
import { Count } from "./count";
import { CopyReport } from "./report";
import { stepsOf } from "./next";
import "../band.css";

/** What the band says of a run. It changes with what happens, not with the clock. */
export function useBand(answer: RunState, gist: Gist, view: RunView): BandModel {
  const { data: failures = [] } = useQuery(failuresQuery());
  const { data: words } = useQuery(wordsQuery());
  const cancelling = useCancelling(answer.run_id);
  const day = Math.floor(useNow() / 60_000) * 60_000;
  return bandOf({ answer, gist, asking: view.totals.running, failures, words, cancelling, now: day });
}

/** What happens in words, whose fault it is, what is safe, what can be done, and what comes next. The page's only h1. */
export function Band({ answer, view, band }: { answer: RunState; view: RunView; band: BandModel }) {
  const id = useId();
  const { state } = answer;
  return (
    <section className={`band ${band.tone ?? ""} ${state.drill ? "is-drill" : ""}`} aria-labelledby={id}>
      <div>
        <div className="row wrap">
          <Pill {...(band.tone ? { tone: band.tone } : {})} icon={band.icon}>
            {band.pill}
          </Pill>
          {state.drill && (
            <Pill tone="drill" icon="drill">
              {text.pills.drill}
            </Pill>
          )}
          {band.doing && <span className="small quiet">{band.doing}</span>}
        </div>
        <h1 id={id}>{band.title}</h1>
        {band.why.length > 0 && (
          <p className="why">
            {band.why.map((w, i) => (
              <Fragment key={i}>
                {w.strong ? <strong>{w.text}</strong> : w.foreign ? <Foreign>{w.text}</Foreign> : w.text}{" "}
              </Fragment>
            ))}
          </p>
        )}
      </div>
      <div className="band-acts">
        <RunActions id={answer.run_id} answer={answer} keys />
        {state.status === "failed" && <CopyReport answer={answer} view={view} />}
        <WatchButton answer={answer} />
        {answer.acts.length > 0 && <span className="tiny quiet first hide-sm">{actText.hint}</span>}
      </div>
      {band.count && <Count count={band.count} />}
      <Next answer={answer} />
      <Cause answer={answer} />
      <p className="vh" role="status">
        {band.announce}
      </p>
    </section>
  );
}

function Next({ answer }: { answer: RunState }) {
  const steps = stepsOf(answer);
  if (steps.length === 0) return null;
  return (
    <ol className="next" aria-label={text.next.label}>
      {steps.map((s, i) => (
        <li key={s.key} className={i === 0 && !s.until ? "now" : undefined}>
          <span className="when">
            {s.until && `${text.next.untilWord} `}
            <Time at={s.at} />
          </span>
          <span className="what">{s.text}</span>
        </li>
      ))}
    </ol>
  );
}
