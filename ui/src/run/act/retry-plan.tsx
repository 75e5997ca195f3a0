import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { ApiError } from "~/api/client";
import { recipes } from "~/api/queries";
import type { RunState, Schemas } from "~/api/types";
import { Banner, Skeleton } from "~/design/parts";
import { ActError, Plan } from "~/design/plan";
import { useToast } from "~/design/toast";
import { formatList, formatProvider } from "~/format/format";
import { act as text } from "~/text/act";
import { shortRun, stageTitle } from "../units";
import { ReasonField, type ActPlanProps } from "./plans";
import { bodyOf, choiceOf, providersOf, retryPlan, retryRemedy, startsOf, stoppedAt, type RetryChoice } from "./retry";
import { retryLines } from "./retry-lines";
import { newKey, sendRemedy, useRefresh } from "./send";

const r = text.retry;

/** The plan of a retry: what it keeps, repeats and costs, for what is chosen; it does exactly that, or shows the plan anew. */
export function RetryPlanDialog(props: ActPlanProps) {
  return props.open ? <OpenRetryPlan {...props} /> : null;
}

function OpenRetryPlan({ act, answer, onClose, stay }: ActPlanProps) {
  const [choice, setChoice] = useState<RetryChoice>(() => choiceOf(act, answer));
  const [reason, setReason] = useState("");
  const [changed, setChanged] = useState(false);
  const body = bodyOf(choice);
  const { data, error, isPlaceholderData } = useQuery({ ...retryPlan(answer.run_id, body), placeholderData: keepPreviousData });
  const retry = useRetry(answer, stay);
  const plan = data?.data;
  const set = (part: Partial<RetryChoice>) => {
    setChanged(false);
    setChoice((c) => ({ ...c, ...part }));
  };
  const send = async () => {
    try {
      await retry(body, reason, data?.etag ?? null);
    } catch (e) {
      if (!(e instanceof ApiError) || e.code !== "plan_changed") throw e;
      setChanged(true);
      return false;
    }
    return true;
  };
  const mode = plan?.mode ?? "failed_stage";
  const title = act.title ?? r.title[mode as keyof typeof r.title] ?? act.label;
  return (
    <Plan
      open
      onClose={onClose}
      title={title}
      lines={plan && !error ? retryLines(plan, answer) : []}
      confirm={{
        label: title,
        icon: "retry",
        off: error ? error.message : plan === undefined || isPlaceholderData ? r.loading : null,
      }}
      act={send}
    >
      {changed && <Banner tone="wait" icon="retry" title={r.changed} />}
      {error ? <ActError error={error} /> : plan === undefined && <Skeleton lines={5} label={r.loading} />}
      {answer.state.retried_by && <p className="small quiet">{r.alreadyRetried(shortRun(answer.state.retried_by))}</p>}
      <Options answer={answer} plan={plan} choice={choice} set={set} open={act.id === "retry-from-stage" || error !== null} />
      <ReasonField value={reason} set={setReason} />
    </Plan>
  );
}

/** Returns what sends a retry with the tag of its plan, and leads to the new run. */
function useRetry(answer: RunState, stay: boolean | undefined) {
  const [keys] = useState(() => new Map<string, string>()); // a body keeps its key: to send it twice makes one run
  const navigate = useNavigate();
  const toast = useToast();
  const refresh = useRefresh();
  const client = useQueryClient();
  return async (body: ReturnType<typeof bodyOf>, reason: string, etag: string | null): Promise<void> => {
    const remedy = retryRemedy(answer.run_id, body);
    const name = JSON.stringify([body, reason.trim(), etag]);
    if (!keys.has(name)) keys.set(name, newKey());
    let started: Schemas["Started"];
    try {
      started = await sendRemedy(remedy, reason, {
        "Idempotency-Key": keys.get(name)!,
        ...(etag ? { "If-Match": etag } : {}),
      });
    } catch (e) {
      if (e instanceof ApiError && e.code === "plan_changed") {
        await client.invalidateQueries({ queryKey: retryPlan(answer.run_id, body).queryKey });
      }
      throw e;
    }
    refresh(answer.run_id);
    const run = started.run_id;
    const words = started.existing ? text.done.existing(shortRun(run)) : text.done.retry(shortRun(run));
    toast(
      <Link to="/runs/$run" params={{ run }}>
        {words}
      </Link>,
    );
    if (!stay) void navigate({ to: "/runs/$run", params: { run } });
  };
}

interface OptionsProps {
  answer: RunState;
  plan: Schemas["RetryPlan"] | undefined;
  choice: RetryChoice;
  set: (part: Partial<RetryChoice>) => void;
  open: boolean;
}

/** From which stage, by which recipe, with which edits, providers and limits. */
function Options({ answer, plan, choice, set, open }: OptionsProps) {
  const id = useId();
  const { state } = answer;
  const stopped = stoppedAt(state);
  const names = plan ? providersOf(plan) : [];
  const without = choice.without ?? state.without_providers ?? [];
  const edits = plan?.edits ?? [];
  return (
    <details className="retry-options" open={open}>
      <summary>{r.options}</summary>
      <div className="stack">
        <div className="field">
          <label htmlFor={`${id}s`}>{r.start}</label>
          <select className="input" id={`${id}s`} value={choice.start} onChange={(e) => set({ start: e.target.value })}>
            {stopped !== null && <option value="">{r.startFailed(stageTitle(state, stopped))}</option>}
            {startsOf(state).map((s) => (
              <option key={s} value={s}>
                {r.startFrom(stageTitle(state, s))}
              </option>
            ))}
            <option value="full">{r.startFull}</option>
          </select>
        </div>
        <RecipeField id={`${id}r`} answer={answer} plan={plan} choice={choice} set={set} />
        {(edits.length > 0 || choice.newest) && (
          <label className="choice">
            <input type="checkbox" checked={choice.newest} onChange={(e) => set({ newest: e.target.checked })} />
            <span>{r.newest}</span>
            {edits.length > 0 && (
              <span className="hint">
                {r.newestHint(formatList(edits.map((e) => `${e.current.artifact_type} ${e.current.entity_id}`)))}
              </span>
            )}
          </label>
        )}
        {names.length > 1 && (
          <fieldset className="field checks">
            <legend className="lbl">{r.providers}</legend>
            <div className="row wrap">
              {names.map((p) => (
                <label key={p} className="row">
                  <input
                    type="checkbox"
                    checked={!without.includes(p)}
                    onChange={(e) => set({ without: e.target.checked ? without.filter((x) => x !== p) : [...without, p] })}
                  />
                  {formatProvider(p)}
                </label>
              ))}
            </div>
          </fieldset>
        )}
        <div className="halves">
          <NumberField
            id={`${id}c`}
            label={r.maxCost}
            value={choice.maxCostUSD}
            shown={plan?.max_cost_usd ?? null}
            set={(v) => set({ maxCostUSD: v })}
          />
          <NumberField
            id={`${id}w`}
            label={r.maxWait}
            value={choice.maxWaitSeconds === null ? null : choice.maxWaitSeconds / 3600}
            shown={longestWait(plan)}
            set={(v) => set({ maxWaitSeconds: v === null ? null : v * 3600 })}
          />
        </div>
      </div>
    </details>
  );
}

/** The longest wait of the stages of a plan, in hours; null where it is not known. */
function longestWait(plan: Schemas["RetryPlan"] | undefined): number | null {
  const all = (plan?.forecast?.stages ?? []).flatMap((s) => (s.limits ? [s.limits.max_wait_seconds.value] : []));
  return all.length > 0 ? Math.max(...all) / 3600 : null;
}

function RecipeField({ id, answer, plan, choice, set }: Omit<OptionsProps, "open"> & { id: string }) {
  const { data } = useQuery(recipes());
  const own = answer.state.recipe_id;
  const others = (data ?? []).filter((x) => x.recipe_id !== own && !x.broken);
  const differs = plan?.current_recipe?.differs;
  return (
    <div className="field">
      <label htmlFor={id}>{r.recipe}</label>
      <select className="input" id={id} value={choice.recipe} onChange={(e) => set({ recipe: e.target.value })}>
        <option value="pinned">{r.recipePinned(own)}</option>
        {plan?.current_recipe && <option value="current">{r.recipeCurrent(own)}</option>}
        {others.map((x) => (
          <option key={x.recipe_id} value={x.recipe_id}>
            {r.recipeOther(x.recipe_id)}
          </option>
        ))}
      </select>
      {plan?.current_recipe && <span className="hint">{differs ? r.recipeDiffers : r.recipeSame}</span>}
    </div>
  );
}

interface NumberFieldProps {
  id: string;
  label: string;
  /** What a person has set; null for what holds without. */
  value: number | null;
  shown: number | null;
  set: (v: number | null) => void;
}

/** A number that is taken when the field is left: each change makes a new plan. */
function NumberField({ id, label, value, shown, set }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? (value === null ? "" : String(value));
  const take = () => {
    const n = typed === null || typed.trim() === "" ? null : Number(typed);
    if (typed !== null && (n === null || (Number.isFinite(n) && n >= 0))) set(n);
    setTyped(null);
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        className="input"
        id={id}
        type="number"
        min={0}
        step="any"
        inputMode="decimal"
        value={text}
        placeholder={shown === null ? "" : String(shown)}
        onChange={(e) => setTyped(e.target.value)}
        onBlur={take}
      />
    </div>
  );
}
