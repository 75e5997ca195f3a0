import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { recipe as recipeQuery, runRecipe } from "~/api/queries";
import type { Run, Schemas } from "~/api/types";
import { useTitle } from "~/app/title";
import { Banner, Card, CopyId, Foreign, LinkButton, LoadError, Skeleton } from "~/design/parts";
import { LineDiff } from "~/diff/diff-view";
import { formatList, formatProvider } from "~/format/format";
import { StageGraph } from "~/recipes/graph";
import { FoldedSettings } from "~/recipes/settings";
import { StageList } from "~/recipes/stages";
import { formatValue } from "~/recipes/values";
import { useOpenRun } from "~/run/context";
import { recipes, runRecipe as text } from "~/text/recipes";
import "~/recipes/recipes.css";

/** The recipe as a run has pinned it, with what the run set, and what has changed in the recipe since. */
export function Recipe() {
  const { id, answer } = useOpenRun();
  const { data, error, refetch } = useQuery(runRecipe(id));
  useTitle(`${text.title}, ${answer.state.input_name ?? id}`);
  if (data === undefined) return error ? <LoadError error={error} retry={() => void refetch()} /> : <Skeleton lines={8} />;
  return (
    <div className="stack">
      <Card
        title={text.title}
        tools={
          <span className="push">
            <LinkButton small to="/recipes/$recipe" params={{ recipe: data.recipe_id }}>
              {text.open}
            </LinkButton>
          </span>
        }
      >
        <div className="card-body stack tight">
          <p className="small quiet">{text.pinned}</p>
          <Given recipe={data} run={answer.state} />
          <Since recipe={data} />
        </div>
        <StageGraph stages={data.stages} />
      </Card>
      <div className="split">
        <StageList recipe={data} />
        <Card title={recipes.limits.title}>
          <div className="card-body">
            <FoldedSettings settings={data.resilience} />
          </div>
        </Card>
      </div>
    </div>
  );
}

/** What the run was started with beside the recipe. */
function Given({ recipe, run }: { recipe: Schemas["RecipeDetail"]; run: Run }) {
  const names = (providers: readonly string[]) => formatList(providers.map(formatProvider));
  const params = Object.entries(run.runtime_params ?? {});
  return (
    <dl className="kv">
      <dt>{text.recipe}</dt>
      <dd>
        <Foreign>{recipe.name}</Foreign> <code className="faint">{recipe.recipe_id}</code>
      </dd>
      <dt>{text.digest}</dt>
      <dd>
        <CopyId value={recipe.digest} show={recipe.digest.replace("sha256:", "").slice(0, 12)} what={text.digest} />
      </dd>
      {run.parent_run_id && (
        <>
          <dt>{text.retry}</dt>
          <dd>
            <Link to="/runs/$run" params={{ run: run.parent_run_id }}>
              {run.parent_run_id}
            </Link>
          </dd>
        </>
      )}
      {run.provider_order && run.provider_order.length > 0 && (
        <>
          <dt>{text.order}</dt>
          <dd>{names(run.provider_order)}</dd>
        </>
      )}
      {run.without_providers && run.without_providers.length > 0 && (
        <>
          <dt>{text.without}</dt>
          <dd>{names(run.without_providers)}</dd>
        </>
      )}
      {run.chains && Object.keys(run.chains).length > 0 && (
        <>
          <dt>{text.chains}</dt>
          <dd>
            {Object.entries(run.chains)
              .map(([stage, models]) => `${stage}: ${formatList(models)}`)
              .join("; ")}
          </dd>
        </>
      )}
      {run.limits && Object.keys(run.limits).length > 0 && (
        <>
          <dt>{text.limits}</dt>
          <dd>
            {Object.entries(run.limits)
              .map(([key, v]) => `${key} ${formatValue(key, v)}`)
              .join("; ")}
          </dd>
        </>
      )}
      {run.notice && (
        <>
          <dt>{text.notice}</dt>
          <dd>{run.notice}</dd>
        </>
      )}
      {params.length > 0 && (
        <>
          <dt>{text.given}</dt>
          <dd className="given">
            {params.map(([name, value]) => (
              <span key={name}>
                <code>{name}</code> <Foreign>{formatValue(name, value)}</Foreign>
              </span>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

/** Whether the recipe is still the same, and else what was changed. */
function Since({ recipe }: { recipe: Schemas["RecipeDetail"] }) {
  const { data, error } = useQuery(recipeQuery(recipe.recipe_id));
  if (error) return <Banner tone="wait" icon="out" title={text.gone} />;
  if (data === undefined) return null;
  if (data.data.digest === recipe.digest) return <p className="small">{text.same}</p>;
  return (
    <>
      <Banner tone="wait" icon="edit" title={text.differs} />
      <details>
        <summary>{text.showDiff}</summary>
        <LineDiff from={recipe.source} to={data.data.source} label={text.showDiff} />
      </details>
    </>
  );
}
