import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { api, take, takeAnswer } from "~/api/client";
import { run as runQuery } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Banner, Button, LoadError, Skeleton } from "~/design/parts";
import { Plan, type PlanLine } from "~/design/plan";
import { useToast } from "~/design/toast";
import { formatCount, formatList, formatMoney } from "~/format/format";
import { results as text } from "~/text/results";
import { ReasonField } from "./confirm";
import type { Summary } from "./data";

const over: ReadonlySet<string> = new Set(["done", "failed", "cancelled"]);

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
export function RunAgain({ run, stages }: { run: string; stages: ReadonlySet<string> }) {
  const [open, setOpen] = useState(false);
  const { data } = useQuery(runQuery(run));
  const from = data?.state.stage_order.find((id) => stages.has(id));
  if (data === undefined || from === undefined) return null;
  const busy = !over.has(data.state.status);
  return (
    <>
      <Button look="primary" small icon="retry" off={busy && text.again.busy} onClick={() => setOpen(true)}>
        {text.again.button}
      </Button>
      {open && <AgainPlan run={run} from={from} stages={data.state.stages} onClose={() => setOpen(false)} />}
    </>
  );
}

type Stages = Schemas["State"]["stages"];

function AgainPlan({ run, from, stages, onClose }: { run: string; from: string; stages: Stages; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const key = useRef(crypto.getRandomValues(new Uint32Array(4)).join("-"));
  const client = useQueryClient();
  const toast = useToast();
  const plan = useQuery({
    queryKey: ["run", run, "plan", from, "newest"],
    queryFn: ({ signal }) =>
      takeAnswer(
        api.GET("/api/runs/{run_id}/retry-plan", { params: { path: { run_id: run }, query: { from, newest: true } }, signal }),
      ),
    gcTime: 0,
    staleTime: 0,
  });
  const start = async () => {
    const etag = plan.data?.etag;
    const answer = await take(
      api.POST("/api/runs/{run_id}/retry", {
        params: { path: { run_id: run }, header: { "Idempotency-Key": key.current, ...(etag ? { "If-Match": etag } : {}) } },
        body: { from, newest: true, recipe: "pinned", ...(reason.trim() ? { reason: reason.trim() } : {}) },
      }),
    );
    await client.invalidateQueries({ queryKey: ["runs"] });
    toast(
      <>
        {text.again.started}{" "}
        <Link to="/runs/$run" params={{ run: answer.run_id }}>
          {text.again.watch}
        </Link>
      </>,
    );
  };
  return (
    <Plan
      open
      onClose={onClose}
      title={text.again.title}
      lines={plan.data ? planLines(plan.data.data, stages) : []}
      confirm={{ label: text.again.confirm, icon: "retry", off: plan.data ? null : text.again.loading }}
      act={start}
    >
      {plan.error ? (
        <LoadError error={plan.error} retry={() => void plan.refetch()} />
      ) : plan.data ? (
        <ReasonField value={reason} onChange={setReason} />
      ) : (
        <Skeleton lines={3} label={text.again.loading} />
      )}
    </Plan>
  );
}

function planLines(plan: Schemas["RetryPlan"], stages: Stages): PlanLine[] {
  const names = (ids: readonly string[]) => formatList(ids.map((id) => stages[id]?.title ?? id));
  const kept = plan.kept.map((k) => k.split("/")[0]!).filter((id, i, all) => all.indexOf(id) === i);
  const cost = plan.forecast?.cost_usd;
  const costs = cost ? text.again.about(formatMoney(cost.low), formatMoney(cost.high)) : text.again.unknownCost;
  const lines = [
    {
      term: text.again.what,
      text: text.again.runs(names(plan.redone.length > 0 ? plan.redone.map((r) => r.stage_id) : plan.from)),
    },
    { term: text.again.keeps, text: text.again.kept(names(kept)) },
    {
      term: text.again.costs,
      text: `${costs}; ${text.again.limit(formatMoney(plan.max_cost_usd), formatMoney(plan.spent_usd))}`,
    },
  ];
  const may = plan.may_stop_again;
  if (may)
    lines.push({ term: text.again.may, text: text.again.mayText(stages[may.stage_id]?.title ?? may.stage_id, may.detail ?? "") });
  return lines;
}
