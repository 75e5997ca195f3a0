import type { Schemas } from "~/api/types";
import { Card } from "~/design/parts";
import { formatValue } from "~/recipes/values";
import { recipes as text } from "~/text/recipes";

/** What a run may set, or has to. */
export function Parameters({ parameters }: { parameters: readonly Schemas["RecipeParameter"][] }) {
  if (parameters.length === 0) return null;
  return (
    <Card title={text.parameters.title}>
      <dl className="card-body settings">
        {parameters.map((p) => (
          <div key={p.name}>
            <dt>
              {p.description} <code className="faint">{p.name}</code>
            </dt>
            <dd>
              <strong>
                {p.automatic ? text.parameters.automatic : p.required ? text.parameters.required : formatValue(p.name, p.default)}
              </strong>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
