import { Time } from "~/design/parts";
import { formatClock, formatDuration } from "~/format/format";
import { useNow } from "~/live/clock";
import { run as text } from "~/text/run";
import type { Count as CountModel } from "./band-words";

const c = text.count;

/** What stands large at the end of the band: a countdown to a moment, a clock, or when something began. */
export function Count({ count }: { count: CountModel }) {
  switch (count.kind) {
    case "until":
      return <Countdown {...count} />;
    case "elapsed":
      return (
        <div className="count">
          <span className="label">{c.elapsed}</span>
          <Elapsed since={count.since} />
          <span className="small quiet num">
            {c.sinceWord} <Time at={count.since} />
          </span>
        </div>
      );
    case "took":
      return (
        <div className="count">
          <span className="label">{c.took}</span>
          <span className="big">{tookWords(count.seconds)}</span>
          <span className="small quiet num">{count.foot}</span>
        </div>
      );
    case "moment":
      return (
        <div className="count moment">
          <span className="label">{count.label}</span>
          <span className="big">
            <Time at={count.at} />
          </span>
          {count.foot && <span className="small quiet">{count.foot}</span>}
        </div>
      );
  }
}

/** How long something took: on a clock, where that says enough. */
export const tookWords = (seconds: number): string => (seconds < 60 ? formatDuration(seconds) : formatClock(seconds));

/** The time that is left until a moment, by the server's clock. Its digits tick for the eye alone: the moment stands below. */
export function Remaining({ until }: { until: number }) {
  const now = useNow();
  const left = Math.ceil((until * 1000 - now) / 1000);
  return <span aria-hidden="true">{left > 0 ? formatClock(left) : c.anyMoment}</span>;
}

function Elapsed({ since }: { since: number }) {
  const now = useNow();
  return (
    <span className="big" role="timer" aria-label={c.elapsedTimer}>
      <span aria-hidden="true">{formatClock(Math.floor((now - since * 1000) / 1000))}</span>
    </span>
  );
}

function Countdown({ label, at, since, who }: Extract<CountModel, { kind: "until" }>) {
  return (
    <div className="count">
      <span className="label">{label}</span>
      <span className="big" role="timer" aria-label={c.nextTryTimer}>
        <Remaining until={at} />
      </span>
      {since !== null && <Drain since={since} until={at} />}
      <span className="small quiet num">
        {c.atWord} <Time at={at} />
        {who && c.who(who)}
      </span>
    </div>
  );
}

/** How much of a wait is left. */
function Drain({ since, until }: { since: number; until: number }) {
  const now = useNow() / 1000;
  const left = Math.min(1, Math.max(0, (until - now) / Math.max(1, until - since)));
  return (
    <span className="drain" aria-hidden="true">
      <i style={{ transform: `scaleX(${left})` }} />
    </span>
  );
}
