import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { recipes as recipesQuery } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { useTitle } from "~/app/title";
import { Card, Empty, Foreign, LinkButton, LoadError, Pill, Skeleton } from "~/design/parts";
import { formatCount } from "~/format/format";
import { recipes as text } from "~/text/recipes";
import "~/recipes/recipes.css";

/** The recipes of the server: those that it ships with and its own. */
export function Recipes() {
  useTitle(text.title);
  const { data, error, refetch } = useQuery(recipesQuery());
  return (
    <div className="stack">
      <div>
        <h1>{text.title}</h1>
        <p className="quiet">{text.about}</p>
      </div>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Skeleton lines={4} />}
      {data?.length === 0 && (
        <Empty icon="file" title={text.empty.title} actions={<LinkButton to="/settings">{text.empty.link}</LinkButton>}>
          {text.empty.hint}
        </Empty>
      )}
      {data !== undefined && data.length > 0 && (
        <Card>
          <div className="table-wrap">
            <table className="table stackable">
              <thead>
                <tr>
                  <th scope="col">{text.table.name}</th>
                  <th scope="col">{text.table.origin}</th>
                  <th scope="col" className="r">
                    {text.table.stages}
                  </th>
                  <th scope="col" className="r">
                    {text.table.versions}
                  </th>
                  <th scope="col">
                    <span className="vh">{text.table.run}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.map((r) => (
                  <Row key={`${r.origin} ${r.recipe_id} ${r.file}`} recipe={r} />
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
    </div>
  );
}

function Row({ recipe: r }: { recipe: Schemas["Recipe"] }) {
  const versions = r.versions?.length ?? 0;
  return (
    <tr>
      <th scope="row">
        <Link className="rowlink" to="/recipes/$recipe" params={{ recipe: r.recipe_id }}>
          <Foreign>{r.name || r.recipe_id}</Foreign>
        </Link>{" "}
        {r.name !== r.recipe_id && <code className="faint">{r.recipe_id}</code>}
        <div className="small quiet">
          {r.broken ? r.errors.map((e) => e.message).join("; ") : <Foreign>{r.description}</Foreign>}
        </div>
      </th>
      <td>
        <Origin of={r} />
      </td>
      <td className="r" data-l={text.table.stages}>
        {r.broken ? "" : formatCount(r.stage_count)}
      </td>
      <td className="r" data-l={text.table.versions}>
        {text.versionCount(versions, formatCount(versions))}
      </td>
      <td className="r">
        {!r.broken && (
          <span>
            <LinkButton small to="/new" search={{ recipe: r.recipe_id }} icon="plus">
              {text.newRun}
            </LinkButton>
          </span>
        )}
      </td>
    </tr>
  );
}

/** Where a recipe is from, and whether it has mistakes. */
export function Origin({ of }: { of: Pick<Schemas["Recipe"], "origin" | "replaces_shipped" | "broken" | "errors"> }) {
  return (
    <span className="row wrap">
      <Pill tone={of.origin === "data_directory" ? "live" : "off"} icon={of.origin === "data_directory" ? "you" : "file"}>
        {text.origins[of.origin] ?? of.origin}
      </Pill>
      {of.replaces_shipped && <span className="small quiet">{text.replaces}</span>}
      {of.broken && (
        <Pill tone="bad" icon="bad">
          {text.broken(of.errors.length, formatCount(of.errors.length))}
        </Pill>
      )}
    </span>
  );
}
