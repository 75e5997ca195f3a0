import { useEffect, useRef } from "react";
import { useQuery } from "@tanstack/react-query";
import { words } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Card, Pill, Plate, Time } from "~/design/parts";
import { formatCount, formatList, formatMoneyExactly, formatProvider } from "~/format/format";
import { recipes as text } from "~/text/recipes";
import { Settings } from "./settings";
import { formatValue, ownSettings } from "./values";

type Stage = Schemas["RecipeStage"];

/** The stages of a recipe: what each does, whom it may ask and whether they can be asked now, what it sets. */
export function StageList({ recipe, selected }: { recipe: Schemas["RecipeDetail"]; selected?: string | undefined }) {
  const titles = new Map(recipe.stages.map((s) => [s.id, s.title]));
  return (
    <ol className="stack">
      {recipe.stages.map((s, i) => (
        <li key={s.id}>
          <StageCard stage={s} number={i + 1} titles={titles} recipe={recipe} selected={selected === s.id} />
        </li>
      ))}
    </ol>
  );
}

interface StageCardProps {
  stage: Stage;
  number: number;
  titles: ReadonlyMap<string, string>;
  recipe: Schemas["RecipeDetail"];
  selected: boolean;
}

function StageCard({ stage, number, titles, recipe, selected }: StageCardProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected) ref.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const own = ownSettings(stage, recipe.resilience);
  const params = stage.params.filter((p) => p.value !== null || p.parameter !== null);
  return (
    <div ref={ref} className={selected ? "stage-card is-sel" : "stage-card"}>
      <Card
        level={3}
        title={
          <>
            <span className="faint num">{formatCount(number)}</span> {stage.title}
          </>
        }
        tools={
          <>
            <Pill tone={stage.asks_model ? "live" : "off"} icon={stage.asks_model ? "model" : "check"}>
              {stage.asks_model ? text.stage.asks : text.stage.rules}
            </Pill>
            <code className="small faint push">{stage.id}</code>
          </>
        }
      >
        <div className="card-body stack">
          <p>{stage.description}</p>
          <StageFacts stage={stage} titles={titles} />
          {params.length > 0 && <StageParams params={params} />}
          {own.length > 0 && (
            <section className="stack tight">
              <h4 className="label">{text.stage.settings}</h4>
              <Settings settings={own} />
            </section>
          )}
        </div>
        {stage.chain.length > 0 && <Chain chain={stage.chain} />}
      </Card>
    </div>
  );
}

function StageFacts({ stage, titles }: { stage: Stage; titles: ReadonlyMap<string, string> }) {
  const named = (ids: readonly string[]) => formatList(ids.map((id) => titles.get(id) ?? id));
  const types = (of: readonly string[]) => of.join(", ");
  const needs = [...stage.needs, ...stage.needs_all];
  const facts: [string, string][] = [
    [text.stage.module, stage.module],
    ...(needs.length > 0 ? [[text.stage.needs, named(needs)] as [string, string]] : []),
    ...(stage.after.length > 0 ? [[text.stage.after, named(stage.after)] as [string, string]] : []),
    ...(stage.consumes.length > 0 ? [[text.stage.consumes, types(stage.consumes)] as [string, string]] : []),
    [text.stage.produces, types(stage.produces) || text.stage.nothing],
    ...(stage.store_inputs.length > 0
      ? [[text.stage.project, types(stage.store_inputs.map((s) => s.artifact_type))] as [string, string]]
      : []),
  ];
  return (
    <dl className="kv">
      {facts.map(([term, value]) => (
        <div key={term} className="kv-row">
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function StageParams({ params }: { params: readonly Schemas["StageParam"][] }) {
  return (
    <section className="stack tight">
      <h4 className="label">{text.stage.params}</h4>
      <dl className="kv">
        {params.map((p) => (
          <div key={p.name} className="kv-row">
            <dt>
              <code>{p.name}</code>
            </dt>
            <dd>
              {p.value === null && p.parameter !== null ? text.limits.given(p.parameter) : formatValue(p.name, p.value)}{" "}
              <span className="faint small">{p.description}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The models of a stage in the order in which they are asked, and which of them can be asked now. */
export function Chain({ chain }: { chain: readonly Schemas["ChainChoice"][] }) {
  return (
    <div className="table-wrap">
      <table className="table stackable chain">
        <caption className="vh">{text.stage.chain}</caption>
        <thead>
          <tr>
            <th scope="col" className="r">
              {text.chain.rank}
            </th>
            <th scope="col">{text.chain.model}</th>
            <th scope="col">{text.chain.state}</th>
            <th scope="col" className="r">
              {text.chain.price}
            </th>
            <th scope="col" className="r">
              {text.chain.window}
            </th>
          </tr>
        </thead>
        <tbody>
          {chain.map((c, i) => (
            <tr key={`${c.provider}:${c.model}`}>
              <td className="r faint">{formatCount(i + 1)}</td>
              <th scope="row">
                <span className="row">
                  <Plate name={formatProvider(c.provider)} hollow={c.reason === "not_configured"} />
                  <span>
                    {formatProvider(c.provider)} {c.model !== c.provider && <code>{c.model}</code>}
                    <small className="faint"> {text.chain.origins[c.origin] ?? c.origin}</small>
                  </span>
                </span>
              </th>
              <td className="wide">
                <Usable of={c} />
              </td>
              <td className="r" data-l={text.chain.price}>
                {c.price === null
                  ? text.limits.none
                  : text.chain.price2(formatMoneyExactly(c.price.input_usd), formatMoneyExactly(c.price.output_usd))}
              </td>
              <td className="r" data-l={text.chain.window}>
                {c.window === null ? text.limits.none : formatCount(c.window)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whether a model can be asked now; else why not, and until when. */
export function Usable({ of }: { of: Pick<Schemas["ChainChoice"], "usable" | "reason" | "detail" | "until"> }) {
  const { data } = useQuery(words());
  if (of.usable)
    return (
      <Pill tone="ok" icon="ok">
        {text.chain.usable}
      </Pill>
    );
  const away = of.reason === "not_configured";
  return (
    <span className="usable">
      <Pill tone={away ? "off" : "wait"} icon={away ? "key" : "out"}>
        {text.chain.notUsable}
      </Pill>{" "}
      <span className="small quiet">
        {of.detail ?? (of.reason ? (data?.decision_reasons[of.reason] ?? of.reason) : "")}
        {of.until && (
          <>
            {" "}
            {text.chain.until} <Time at={of.until} />
          </>
        )}
      </span>
    </span>
  );
}
