import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { failures, run as runQuery, words, type RunsFilter } from "~/api/queries";
import type { Overview, Schemas } from "~/api/types";
import { Icon } from "~/design/icon";
import { Ago, Button, Card, LinkButton, Pill, Time } from "~/design/parts";
import { Sentence } from "~/design/sentence";
import { formatCount } from "~/format/format";
import { actsOf } from "~/run/act/acts";
import { ActButtons } from "~/run/actions";
import { latest } from "~/run/overview";
import { RunName } from "~/run/name";
import { runLook } from "~/run/words";
import { home as text } from "~/text/home";
import { runs as runText } from "~/text/runs";

/** The runs that need a person. */
export const needsFilter: RunsFilter = { needs_you: true, limit: 200 };

const few = 5; // runs that are shown at first

/** What waits for a person, the real before the drills: why, what is kept, and what to do. */
export function NeedsYou({ runs }: { runs: readonly Overview[] }) {
  const [all, setAll] = useState(false);
  const ordered = [...runs.filter((r) => !r.drill), ...runs.filter((r) => r.drill)];
  const shown = all ? ordered : ordered.slice(0, few);
  return (
    <Card
      className="needs"
      title={text.needs.title}
      tools={
        <Pill tone="bad" icon="you">
          {formatCount(runs.length)}
        </Pill>
      }
    >
      {shown.map((r, i) => (
        <Need key={r.run_id} run={r} plain={i > 0} />
      ))}
      {!all && ordered.length > few && (
        <div className="card-foot">
          <Button small look="plain" icon="down" onClick={() => setAll(true)}>
            {text.needs.more(formatCount(ordered.length - few))}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Need({ run, plain }: { run: Overview; plain: boolean }) {
  const { data: classes } = useQuery(failures());
  const { data: vocabulary } = useQuery(words());
  const failure = classes?.find((f) => f.error_class === run.error_class);
  const look = runLook(run.status);
  return (
    <div className={run.drill ? "need is-drill" : "need"}>
      <Icon name={run.drill ? "drill" : look.icon} className={run.drill ? "drillink" : look.tone} />
      <div>
        <h3>
          <RunName run={run} /> {sentence(run, vocabulary)}
        </h3>
        <p className="small quiet">
          {failure?.explanation} {run.hint && <Sentence about={latest(run)}>{capital(run.hint)}</Sentence>}
        </p>
        <p className="small quiet">
          {kept(run)}{" "}
          <span className="faint nowrap">
            {text.needs.since[sinceWord(run)]} <Time at={latest(run)} />, <Ago at={latest(run)} />
          </span>
        </p>
      </div>
      <div className="acts">
        <LinkButton small look="plain" to="/runs/$run" params={{ run: run.run_id }}>
          {text.needs.why}
        </LinkButton>
        <Acts id={run.run_id} plain={plain} />
      </div>
    </div>
  );
}

/** What helps most, and what puts the run away; all else is in the run. */
function Acts({ id, plain }: { id: string; plain: boolean }) {
  const { data } = useQuery(runQuery(id));
  if (!data) return null;
  const all = actsOf(data);
  const helps = all.find((a) => a.look === "primary") ?? all.find((a) => a.kind !== "link" && a.kind !== "cancel");
  const away = all.find((a) => a.kind === "acknowledge" && a !== helps);
  return <ActButtons answer={data} acts={[away, helps].filter((a) => a !== undefined)} small plain={plain} />;
}

/** What happened to a run that needs a person, behind its name. */
function sentence(run: Overview, w: Schemas["Vocabulary"] | undefined): string {
  if (run.needs_you_reason === "no_carrier") return text.needs.stuck(w?.wait_reasons["no_carrier"] ?? "");
  if (run.status === "paused") return text.needs.paused((run.pause_reason && w?.pause_reasons[run.pause_reason]) ?? "");
  return run.stage_title ? text.needs.failed(run.stage_title) : text.needs.failedEarly;
}

function sinceWord(run: Overview): keyof typeof text.needs.since {
  if (run.needs_you_reason === "no_carrier") return "stuck";
  return run.status === "paused" ? "paused" : "failed";
}

/** What of a run is not lost. */
function kept(run: Overview): string {
  const stages = runText.stages(formatCount(run.stages_done), formatCount(run.stages_total));
  const parts =
    run.units_total !== null && run.units_done > 0 && run.units_total > 1
      ? runText.parts(formatCount(run.units_done), formatCount(run.units_total))
      : null;
  return text.needs.kept(stages, parts);
}

/** A hint of the API as a sentence. */
const capital = (s: string): string => `${s.slice(0, 1).toUpperCase()}${s.slice(1)}${/[.!?]$/.test(s) ? "" : "."}`;
