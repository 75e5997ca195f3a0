import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "~/api/types";
import { Icon, type IconName } from "~/design/icon";
import { Card } from "~/design/parts";
import { formatCount, formatList, formatProvider, formatWhen } from "~/format/format";
import { useNow } from "~/live/clock";
import { ProjectName, useFailureClass } from "~/providers/parts";
import { incident as text } from "~/text/incident";

type Runs = Schemas["AffectedRuns"];
type Run = Schemas["AffectedRun"];
type Effect = "waiting" | "fallen_over" | "paused" | "failed";

const effects: readonly [Effect, string, IconName][] = [
  ["waiting", "wait", "wait"],
  ["paused", "bad", "you"],
  ["failed", "bad", "bad"],
  ["fallen_over", "live", "fall"],
];
const shown = 5; // of each effect, so that the page stays one page

/** What the trouble does to runs: each run once, under what it does to it, with a link. */
export function AffectedRuns({ runs, drills }: { runs: Runs; drills: number }) {
  const seen = effects.filter(([effect]) => runs[`${effect}_total`] > 0);
  return (
    <Card title={text.runs.title}>
      {seen.length === 0 && <p className="card-body quiet small">{text.runs.none}</p>}
      <dl className="affected">
        {seen.map(([effect, tone, icon]) => (
          <div key={effect}>
            <dt>
              <span className={tone}>
                <Icon name={icon} />
              </span>{" "}
              {text.runs[effect]}
              <span className="num"> {formatCount(runs[`${effect}_total`])}</span>
            </dt>
            <dd>
              <RunList list={runs[effect]} total={runs[`${effect}_total`]} />
            </dd>
          </div>
        ))}
      </dl>
      {drills > 0 && <p className="card-foot small quiet">{text.runs.drills(drills, formatCount(drills))}</p>}
    </Card>
  );
}

function RunList({ list, total }: { list: readonly Run[]; total: number }) {
  const more = total - Math.min(shown, list.length);
  return (
    <ul>
      {list.slice(0, shown).map((r) => (
        <li key={r.run_id}>
          <Link to="/runs/$run" params={{ run: r.run_id }}>
            {r.project_id ? <ProjectName id={r.project_id} /> : r.run_id}
          </Link>{" "}
          <What run={r} />
        </li>
      ))}
      {more > 0 && <li className="faint">{text.runs.more(formatCount(more))}</li>}
    </ul>
  );
}

function What({ run: r }: { run: Run }): ReactNode {
  const now = useNow();
  const cls = useFailureClass(r.error_class ?? null);
  const parts = [
    r.since && text.runs.since(formatWhen(r.since, now)),
    r.waits_for && text.runs.waitsFor(formatList(r.waits_for.map(formatProvider))),
    r.until && text.runs.until(formatWhen(r.until, now)),
    !r.waits_for && r.from && r.to && text.runs.moved(formatProvider(r.from), formatProvider(r.to)),
    r.answers && text.runs.answers(r.answers, formatCount(r.answers)),
    cls?.title,
    r.needs?.map((n) => n.name).join(", "),
  ];
  return <span className="small quiet num">{parts.filter(Boolean).join(", ")}</span>;
}
