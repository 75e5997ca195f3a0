import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import { recipe as recipeQuery } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { useTitle } from "~/app/title";
import { Banner, Button, Card, Dialog, Foreign, LinkButton, Opening, Time } from "~/design/parts";
import { formatCount } from "~/format/format";
import { StageGraph } from "~/recipes/graph";
import { FoldedSettings } from "~/recipes/settings";
import { StageList } from "~/recipes/stages";
import { recipes as text } from "~/text/recipes";
import { Parameters } from "./parameters";
import { Origin } from "./recipes";
import { Source } from "./source";
import { UsedBy } from "./used-by";
import "~/recipes/recipes.css";

const route = getRouteApi("/recipes/$recipe");

/** A recipe: its stages with whom they may ask, its source, the runs that used it. */
export function Recipe() {
  const { recipe: id } = route.useParams();
  const { data, error, refetch } = useQuery({ ...recipeQuery(id), refetchInterval: 30_000 }); // which models can be asked changes
  useTitle(data ? data.data.name : text.title);
  if (data === undefined) return <Opening name={id} error={error} retry={() => void refetch()} />;
  return <Loaded key={id} recipe={data.data} etag={data.etag} />;
}

/** What is typed, and what it was made of. */
interface Draft {
  source: string;
  base: string;
  etag: string | null;
}

function Loaded({ recipe, etag }: { recipe: Schemas["RecipeDetail"]; etag: string | null }) {
  const { view = recipe.broken ? "source" : "stages", stage } = route.useSearch();
  // What is typed outlives a look at the other tabs, and belongs to the version that it was made of. Null is what is saved.
  const [draft, setDraft] = useState<Draft | null>(null);
  const source = draft?.source ?? recipe.source;
  const base = draft?.base ?? recipe.source;
  const changed = source !== base;
  return (
    <div className="stack">
      <Head recipe={recipe} />
      <nav className="tabs" aria-label={text.tabs.label}>
        {(["stages", "source", "runs"] as const).map((v) => (
          <Link
            key={v}
            to="."
            search={{ view: v }}
            aria-current={view === v ? "page" : undefined}
            activeProps={{}}
            resetScroll={false}
          >
            {text.tabs[v]}
            {v === "source" && changed && <span className="n wait">{text.editor.changed}</span>}
          </Link>
        ))}
      </nav>
      {view === "source" ? (
        <Source
          recipe={recipe}
          etag={draft ? draft.etag : etag}
          base={base}
          source={source}
          setSource={(typed) => setDraft((d) => ({ ...(d ?? { base: recipe.source, etag }), source: typed }))}
          reset={() => setDraft(null)}
        />
      ) : view === "runs" ? (
        <UsedBy recipe={recipe} />
      ) : (
        <Stages recipe={recipe} selected={stage} />
      )}
      <LeaveGuard changed={changed} />
    </div>
  );
}

function Head({ recipe }: { recipe: Schemas["RecipeDetail"] }) {
  return (
    <div>
      <nav aria-label={text.crumbs}>
        <ol className="crumbs">
          <li>
            <Link to="/recipes">{text.title}</Link>
          </li>
          <li>
            <code>{recipe.recipe_id}</code>
          </li>
        </ol>
      </nav>
      <div className="row wrap recipe-top">
        <div className="stack tight recipe-head">
          <span className="row wrap">
            <h1>
              <Foreign>{recipe.name || recipe.recipe_id}</Foreign>
            </h1>
            <Origin of={recipe} />
          </span>
          {recipe.description && (
            <p className="quiet">
              <Foreign>{recipe.description}</Foreign>
            </p>
          )}
        </div>
        <span className="acts row push">
          {recipe.broken ? (
            <Button look="primary" icon="plus" off={text.newRunOff}>
              {text.newRunWith}
            </Button>
          ) : (
            <LinkButton look="primary" icon="plus" to="/new" search={{ recipe: recipe.recipe_id }}>
              {text.newRunWith}
            </LinkButton>
          )}
        </span>
      </div>
    </div>
  );
}

function Stages({ recipe, selected }: { recipe: Schemas["RecipeDetail"]; selected: string | undefined }) {
  if (recipe.broken)
    return (
      <Banner
        tone="bad"
        icon="bad"
        title={text.broken(recipe.errors.length, formatCount(recipe.errors.length))}
        actions={
          <LinkButton small to="." search={{ view: "source" }}>
            {text.edit}
          </LinkButton>
        }
      />
    );
  return (
    <div className="stack">
      <Card>
        <StageGraph stages={recipe.stages} selected={selected} link />
      </Card>
      <div className="split">
        <StageList recipe={recipe} selected={selected} />
        <div className="stack">
          <Card title={text.limits.title}>
            <div className="card-body stack tight">
              <p className="small quiet">{text.limits.hint}</p>
              <FoldedSettings settings={recipe.resilience} />
            </div>
          </Card>
          <Parameters parameters={recipe.parameters} />
          <Versions recipe={recipe} />
        </div>
      </div>
    </div>
  );
}

function Versions({ recipe }: { recipe: Schemas["RecipeDetail"] }) {
  if (recipe.versions.length === 0) return null;
  return (
    <Card title={text.versions.title}>
      <div className="card-body stack tight">
        <p className="small quiet">{text.versions.hint}</p>
        <ul className="stack tight">
          {recipe.versions.map((v) => (
            <li key={v.name} className="row wrap small">
              <Link to="/recipes/$recipe" params={{ recipe: v.name }}>
                <code>{v.name}</code>
              </Link>
              <Time at={v.saved_at} />
              {v.digest === recipe.digest && <span className="faint">{text.versions.current}</span>}
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}

/** Asks before what is typed is lost. The tabs of the recipe keep it. */
function LeaveGuard({ changed }: { changed: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => changed && current.pathname !== next.pathname,
    enableBeforeUnload: () => changed,
    withResolver: true,
  });
  const blocked = blocker.status === "blocked";
  return (
    <Dialog
      open={blocked}
      onClose={() => blocked && blocker.reset()}
      title={text.leave.title}
      foot={
        <>
          <Button autoFocus onClick={() => blocked && blocker.reset()}>
            {text.leave.stay}
          </Button>
          <Button look="danger" onClick={() => blocked && blocker.proceed()}>
            {text.leave.leave}
          </Button>
        </>
      }
    >
      <p>{text.leave.text}</p>
    </Dialog>
  );
}
