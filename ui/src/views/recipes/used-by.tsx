import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { runs as runsQuery, words } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Card, Empty, Foreign, LoadError, Skeleton, Time } from "~/design/parts";
import { formatCount, formatMoney } from "~/format/format";
import { recipes as text } from "~/text/recipes";

const searched = 1000; // the newest runs among which those of the recipe are looked for

/** The runs that used a recipe, newest first. */
export function UsedBy({ recipe }: { recipe: Schemas["RecipeDetail"] }) {
  const { data, error, refetch } = useQuery(runsQuery({ limit: searched }));
  const { data: vocabulary } = useQuery(words());
  if (data === undefined) return error ? <LoadError error={error} retry={() => void refetch()} /> : <Skeleton lines={4} />;
  const used = data.runs.filter((r) => r.recipe_id === recipe.recipe_id);
  if (used.length === 0) return <Empty icon="run" title={text.runs.empty} />;
  return (
    <Card title={text.runs.title}>
      <div className="table-wrap">
        <table className="table stackable">
          <thead>
            <tr>
              <th scope="col">{text.runs.run}</th>
              <th scope="col">{text.runs.status}</th>
              <th scope="col">{text.runs.started}</th>
              <th scope="col" className="r">
                {text.runs.cost}
              </th>
            </tr>
          </thead>
          <tbody>
            {used.map((r) => (
              <tr key={r.run_id}>
                <th scope="row">
                  <Link className="rowlink" to="/runs/$run" params={{ run: r.run_id }}>
                    <Foreign>{r.display_name ?? r.project_id}</Foreign>
                  </Link>{" "}
                  <code className="faint">{r.run_id}</code>
                </th>
                <td>{vocabulary?.run_statuses[r.status] ?? r.status}</td>
                <td>{r.started_at !== null && <Time at={r.started_at} />}</td>
                <td className="r">{formatMoney(r.total_cost_usd)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.next_cursor && <p className="card-foot small quiet">{text.runs.more(formatCount(searched))}</p>}
    </Card>
  );
}
