import { memo } from "react";
import { Icon, type IconName } from "~/design/icon";
import { formatCount, formatDuration } from "~/format/format";
import { openWait, type Ms, type StageView } from "~/run/view";
import { timeline } from "~/text/timeline";
import { Bar, Beside, fits, Mark } from "./bars";
import { unitKind } from "./names";
import type { Drawing } from "./row";

const text = timeline.stage;

const icons: Record<StageView["status"], { icon: IconName; tone: string }> = {
  pending: { icon: "todo", tone: "faint" },
  running: { icon: "run", tone: "live" },
  waiting: { icon: "wait", tone: "wait" },
  paused: { icon: "pause", tone: "wait" },
  done: { icon: "ok", tone: "ok" },
  skipped_reused: { icon: "copy", tone: "ok" },
  failed: { icon: "bad", tone: "bad" },
  cancelled: { icon: "skip", tone: "faint" },
};

/** A stage: how far it is, and its time as a whole. */
export const StageRow = memo(function StageRow({
  stage: s,
  d,
  now,
  status,
}: {
  stage: StageView;
  d: Drawing;
  now: Ms;
  status: string;
}) {
  const { icon, tone } = icons[s.status];
  const many = s.unitsTotal > 1;
  return (
    <>
      <div className="lab">
        <span className={tone}>
          <Icon name={icon} />
        </span>
        <h3 className="two">
          {d.titles[s.id] ?? s.id}
          <span className="vh">, {status}</span>
        </h3>
        {many && <span className="meta">{text.of(formatCount(s.unitsDone), formatCount(s.unitsTotal))}</span>}
      </div>
      <div className="trk" aria-hidden="true">
        <StageBars stage={s} d={d} now={now} />
      </div>
    </>
  );
});

function StageBars({ stage: s, d, now }: { stage: StageView; d: Drawing; now: Ms }) {
  const { axis, width } = d;
  if (s.startedAt === null) {
    return (
      <Beside axis={axis} from={axis.from} to={axis.from}>
        <span className="faint">{text.notStarted}</span>
      </Beside>
    );
  }
  if (s.status === "skipped_reused") {
    return (
      <>
        <Bar axis={axis} kind="bulk" from={s.startedAt} to={s.startedAt} />
        <Beside axis={axis} from={s.startedAt} to={s.startedAt}>
          {text.reused}
        </Beside>
      </>
    );
  }
  const end = s.endedAt ?? now;
  if (s.status === "done") {
    const time = formatDuration((end - s.startedAt) / 1000);
    const words = s.totals.tries + s.totals.reused === 0 ? text.code(time) : time;
    const inside = fits(words, axis, s.startedAt, end, width);
    return (
      <>
        <Bar
          axis={axis}
          kind={inside ? "bulk" : "done"}
          from={s.startedAt}
          to={end}
          words={inside ? words : undefined}
          width={width}
        />
        {!inside && (
          <Beside axis={axis} from={s.startedAt} to={end}>
            {words}
          </Beside>
        )}
      </>
    );
  }
  // Until the last moment at which a try ran, it worked.
  const worked = s.totals.running > 0 ? end : lastWorked(s, end);
  const waits = s.units.map(openWait).filter((w) => w !== undefined);
  const until = Math.max(...waits.map((w) => w.until), 0);
  const done = s.unitsDone > 0;
  const words = s.status === "failed" || s.status === "cancelled" ? text.kept : text.done;
  return (
    <>
      <Bar
        axis={axis}
        kind={done || s.status !== "running" ? "bulk" : "work"}
        from={s.startedAt}
        to={worked}
        words={done ? words(formatCount(s.unitsDone)) : undefined}
        width={width}
      />
      {s.status === "waiting" && until > 0 && (
        <Bar
          axis={axis}
          kind="wait"
          from={worked}
          to={until}
          words={text.waiting(waits.length, formatCount(waits.length), unitKind(s))}
          width={width}
        />
      )}
      {s.status === "failed" && <Mark axis={axis} at={end} icon="x" />}
      {s.status === "paused" && <Mark axis={axis} at={end} icon="pause" kind="go" />}
      {s.status === "cancelled" && <Mark axis={axis} at={end} icon="skip" />}
    </>
  );
}

function lastWorked(s: StageView, end: Ms): Ms {
  let last = s.startedAt ?? end;
  for (const u of s.units) for (const a of u.attempts) last = Math.max(last, a.endedAt ?? end);
  return last;
}
