import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { recipe as recipeQuery, recipes } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Card } from "~/design/parts";
import { formatDuration, formatMoney } from "~/format/format";
import { newRun as text } from "~/text/new-run";
import { defaultRecipe, parseAmount, useChoices, type Ready } from "./choices";
import { Parameters } from "./parameters";

const waits = [0, 600, 3600, 6 * 3600, 24 * 3600]; // seconds

/** The recipe, what it may spend and how long it may wait, and who accepts the settings that it proposes. */
export function RecipeCard({ choices, plan }: { choices: Ready; plan: Schemas["StartPlan"] | undefined }) {
  const [, change] = useChoices();
  const id = choices.recipe ?? defaultRecipe;
  const { data: list = [] } = useQuery(recipes());
  const { data: detail } = useQuery(recipeQuery(id));
  const usable = list.filter((r) => !r.broken);
  const limits = plan?.stages.find((s) => s.limits && s.chain.length > 0)?.limits;
  const asIs = (key: string) => detail?.data.resilience.find((s) => s.key === key)?.value;
  return (
    <Card title={text.recipe.title}>
      <div className="card-body stack">
        <div className="field">
          <label htmlFor="nr-recipe">{text.recipe.recipe}</label>
          <select
            className="input"
            id="nr-recipe"
            value={id}
            onChange={(e) => change({ recipe: e.target.value === defaultRecipe ? undefined : e.target.value, params: undefined })}
          >
            {!usable.some((r) => r.recipe_id === id) && <option value={id}>{id}</option>}
            {usable.map((r) => (
              <option key={r.recipe_id} value={r.recipe_id}>
                {r.name} ({r.recipe_id})
              </option>
            ))}
          </select>
          <span className="hint">{detail?.data.description}</span>
        </div>
        <div className="pair">
          <CostField
            value={choices.cost}
            hint={plan && !choices.cost ? text.recipe.costHint(formatMoney(plan.max_cost_usd.value)) : ""}
            onChange={(cost) => change({ cost })}
          />
          <div className="field">
            <label htmlFor="nr-wait">{text.recipe.wait}</label>
            <select
              className="input"
              id="nr-wait"
              value={choices.wait ?? ""}
              onChange={(e) => change({ wait: e.target.value === "" ? undefined : Number(e.target.value) })}
            >
              <option value="">
                {text.recipe.waitDefault(formatWait(asIs("max_wait_seconds") ?? limits?.max_wait_seconds?.value))}
              </option>
              {[...new Set([...waits, ...(choices.wait !== undefined ? [choices.wait] : [])])].map((s) => (
                <option key={s} value={s}>
                  {formatWait(s)}
                </option>
              ))}
            </select>
          </div>
        </div>
        <div className="field">
          <label htmlFor="nr-exhausted">{text.recipe.exhausted}</label>
          <select
            className="input"
            id="nr-exhausted"
            value={choices.exhausted ?? ""}
            onChange={(e) => change({ exhausted: e.target.value || undefined })}
          >
            <option value="">{text.recipe.exhaustedDefault(exhaustedWord(asIs("on_exhausted")))}</option>
            <option value="fail">{text.recipe.exhaustedWords["fail"]}</option>
            <option value="pause">{text.recipe.exhaustedWords["pause"]}</option>
          </select>
        </div>
        <fieldset className="field plainset">
          <legend className="lbl">{text.recipe.settings}</legend>
          {([false, true] as const).map((confirm) => (
            <label className="choice" key={String(confirm)}>
              <input
                type="radio"
                name="nr-confirm"
                checked={(choices.confirm === true) === confirm}
                onChange={() => change({ confirm: confirm || undefined })}
              />
              <span className="small strong">{confirm ? text.recipe.confirm : text.recipe.accept}</span>
              <span className="hint">{confirm ? text.recipe.confirmWhy : text.recipe.acceptWhy}</span>
            </label>
          ))}
        </fieldset>
        <details className="more-params" open={choices.params !== undefined || choices.force === true || undefined}>
          <summary>{text.recipe.more}</summary>
          <div className="stack">
            <Parameters choices={choices} recipe={detail?.data} />
            <label className="row small">
              <input
                type="checkbox"
                checked={choices.force === true}
                onChange={(e) => change({ force: e.target.checked || undefined })}
              />
              {text.recipe.force}
            </label>
          </div>
        </details>
      </div>
    </Card>
  );
}

const exhaustedWord = (v: unknown): string => text.recipe.exhaustedWords[String(v)] ?? text.recipe.exhaustedWords["fail"]!;

const formatWait = (v: unknown): string => (typeof v !== "number" ? "…" : v === 0 ? text.recipe.waitNot : formatDuration(v));

/** The cost limit: what is typed stays as it is typed; what is no amount is said, and not sent. */
function CostField({
  value,
  hint,
  onChange,
}: {
  value: number | undefined;
  hint: string;
  onChange: (v: number | undefined) => void;
}) {
  const [typed, setTyped] = useState(value === undefined ? "" : String(value));
  const wrong = typed.trim() !== "" && parseAmount(typed) === null;
  return (
    <div className="field">
      <label htmlFor="nr-cost">{text.recipe.cost}</label>
      <input
        className="input num"
        id="nr-cost"
        inputMode="decimal"
        value={typed}
        aria-invalid={wrong || undefined}
        aria-describedby="nr-cost-hint"
        onChange={(e) => {
          setTyped(e.target.value);
          const amount = parseAmount(e.target.value);
          if (amount !== null || e.target.value.trim() === "") onChange(amount ?? undefined);
        }}
      />
      <span className={wrong ? "hint bad" : "hint"} id="nr-cost-hint">
        {wrong ? text.recipe.costWrong : hint}
      </span>
    </div>
  );
}
