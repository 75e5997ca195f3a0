import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { run as runQuery } from "~/api/queries";
import type { Remedy } from "~/api/types";
import { Banner, Button } from "~/design/parts";
import { formatCount, formatList } from "~/format/format";
import { hasEnded, type RunAct } from "~/run/act/acts";
import { ActPlan } from "~/run/actions";
import { results as text } from "~/text/results";
import type { Summary } from "./data";

/** What an edit has made out of date: by kind, with the run and the first stage that would make it again. */
export interface Stale {
  what: string[];
  run: string | null;
  stages: ReadonlySet<string>;
}

/** Looks through the current results for what is out of date. */
export function staleOf(list: readonly Summary[]): Stale | null {
  const stale = list.filter((a) => a.health === "stale");
  if (stale.length === 0) return null;
  const scenes = stale.filter((a) => a.artifact_type === "scene").length;
  const has = (type: string) => stale.some((a) => a.artifact_type === type);
  const what = [
    has("canonical_script") && text.stale.script,
    scenes > 0 && text.stale.scenes(scenes, formatCount(scenes)),
    has("scene_index") && text.stale.list,
    has("project_config") && text.stale.settings,
  ].filter((w): w is string => w !== false);
  return {
    what,
    run: stale.find((a) => a.run_id !== null)?.run_id ?? null,
    stages: new Set(stale.map((a) => a.stage).filter((s): s is string => s !== null)),
  };
}

/** Says what is out of date, and runs the later stages again with the edit. */
export function StaleNotice({ stale, run }: { stale: Stale; run: string | null }) {
  const of = run ?? stale.run;
  return (
    <Banner
      tone="wait"
      icon="retry"
      title={text.stale.title(formatList(stale.what))}
      actions={of !== null && stale.stages.size > 0 && <RunAgain run={of} stages={stale.stages} />}
    >
      {text.stale.text}
    </Banner>
  );
}

/** A button that retries a run from the first of some stages on, built on what is current; its plan is shown before. */
function RunAgain({ run, stages }: { run: string; stages: ReadonlySet<string> }) {
  const [open, setOpen] = useState(false);
  const { data } = useQuery(runQuery(run));
  const from = data?.state.stage_order.find((id) => stages.has(id));
  if (data === undefined || from === undefined) return null;
  const body = { from, newest: true };
  const remedy: Remedy = { id: "retry", label: text.again.button, method: "POST", endpoint: `/api/runs/${run}/retry`, body };
  const act: RunAct = {
    id: "run-later-stages",
    label: text.again.button,
    title: text.again.title,
    kind: "retry",
    icon: "retry",
    remedy,
  };
  return (
    <>
      <Button
        look="primary"
        small
        icon="retry"
        off={!hasEnded(data.state.status) && text.again.busy}
        onClick={() => setOpen(true)}
      >
        {text.again.button}
      </Button>
      <ActPlan act={act} answer={data} open={open} onClose={() => setOpen(false)} />
    </>
  );
}
