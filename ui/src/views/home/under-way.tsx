import { useQuery } from "@tanstack/react-query";
import { failures, type RunsFilter } from "~/api/queries";
import type { Overview } from "~/api/types";
import { Icon } from "~/design/icon";
import { Card, Time } from "~/design/parts";
import { formatClock, formatCount, formatList, formatProvider } from "~/format/format";
import { useNow } from "~/live/clock";
import { Running, RunProgress } from "~/run/overview";
import { RunName } from "~/run/name";
import { runLook } from "~/run/words";
import { home as text } from "~/text/home";

/** The runs that go on by themselves. */
export const underWayFilter: RunsFilter = { status: ["running", "waiting", "queued"], limit: 100 };

/** What goes on by itself: what each run does or waits for, how far it is, and when it goes on. */
export function UnderWay({ runs }: { runs: readonly Overview[] }) {
  const mine = runs.filter((r) => !r.needs_you); // the others stand above
  if (mine.length === 0) return null;
  return (
    <Card title={text.now.title} tools={<span className="small faint">{text.now.hint}</span>}>
      {mine.map((r) => (
        <Going key={r.run_id} run={r} />
      ))}
    </Card>
  );
}

function Going({ run }: { run: Overview }) {
  const { data: classes } = useQuery(failures());
  const look = runLook(run.status);
  const failure = run.status === "waiting" ? classes?.find((f) => f.error_class === run.error_class) : undefined;
  const next = run.status === "waiting" ? (run.next_attempt_at ?? run.wait?.until) : undefined;
  return (
    <div className={run.drill ? "need is-drill" : "need"}>
      <Icon name={run.drill ? "drill" : look.icon} className={run.drill ? "drillink" : look.tone} />
      <div>
        <h3>
          <RunName run={run} />
          {does(run)}
        </h3>
        <p className="small quiet row wrap">
          <RunProgress run={run} />
          {failure && <span>{failure.explanation}</span>}
          {next !== undefined && (
            <span>
              {text.now.at} <Time at={next} />.
            </span>
          )}
          {run.status === "running" && (run.fallback_count ?? 0) > 0 && (
            <span className="faint">{text.now.fallbacks(run.fallback_count ?? 0, formatCount(run.fallback_count ?? 0))}</span>
          )}
          {run.started_at !== null && (
            <span className="faint nowrap">
              {text.now.started} <Time at={run.started_at} />
            </span>
          )}
        </p>
      </div>
      {next !== undefined ? (
        <Mini label={text.now.next} name={text.now.nextLabel}>
          <Countdown until={next} />
        </Mini>
      ) : (
        run.started_at !== null && (
          <Mini label={text.now.working} name={text.now.workingLabel}>
            <Running since={run.started_at} />
          </Mini>
        )
      )}
    </div>
  );
}

/** What a run does, behind its name. */
function does(run: Overview): string {
  if (run.status === "queued") return ` ${text.now.queued}`;
  if (run.status !== "waiting") return run.stage_doing ? text.now.running(run.stage_doing) : "";
  const whom = run.waits_for ?? run.wait?.providers ?? [];
  return ` ${whom.length > 0 ? text.now.waits(formatList(whom.map(formatProvider))) : text.now.waitsOnly}`;
}

function Mini({ label, name, children }: { label: string; name: string; children: React.ReactNode }) {
  return (
    <div className="mini">
      <span className="label" aria-hidden="true">
        {label}
      </span>
      <span className="mbig num" role="timer" aria-label={name}>
        {children}
      </span>
    </div>
  );
}

/** How long until a moment, in seconds since 1970. */
function Countdown({ until }: { until: number }) {
  const left = until - useNow() / 1000;
  return <>{left > 0 ? formatClock(left) : <span className="small">{text.now.any}</span>}</>;
}
