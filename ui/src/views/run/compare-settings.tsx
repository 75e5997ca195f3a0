import { useQuery } from "@tanstack/react-query";
import { runRecipe } from "~/api/queries";
import type { Run } from "~/api/types";
import { Card, Foreign, LoadError, Skeleton } from "~/design/parts";
import { LineDiff } from "~/diff/diff-view";
import { formatValue } from "~/recipes/values";
import { settingDifferences, type Difference } from "~/run/compare";
import { compare as text } from "~/text/compare";

/** The settings in which two runs differ. */
export function CompareSettings({ here, there }: { here: Run; there: Run }) {
  const a = useQuery(runRecipe(here.run_id));
  const b = useQuery(runRecipe(there.run_id));
  const recipes = a.data && b.data ? { here: a.data, there: b.data } : null;
  const differences = settingDifferences(here, there, recipes);
  const failed = a.error ?? b.error;
  return (
    <Card title={text.settings.title}>
      {failed && <LoadError error={failed} />}
      {recipes === null && !failed ? (
        <Skeleton lines={2} />
      ) : differences.length === 0 ? (
        <p className="card-body quiet">{text.settings.equal}</p>
      ) : (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{text.settings.setting}</th>
                <th scope="col">{text.thisRun}</th>
                <th scope="col">{text.otherRun}</th>
              </tr>
            </thead>
            <tbody>
              {differences.map((d) => (
                <tr key={`${d.kind} ${d.key}`}>
                  <th scope="row">{nameOf(d)}</th>
                  <td>
                    <Foreign>{formatValue(d.key, d.here)}</Foreign>
                  </td>
                  <td>
                    <Foreign>{formatValue(d.key, d.there)}</Foreign>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {recipes && recipes.here.source !== recipes.there.source && (
        <details className="card-body">
          <summary>{text.settings.sourceDiffers}</summary>
          <LineDiff from={recipes.there.source} to={recipes.here.source} label={text.settings.sourceDiffers} />
        </details>
      )}
    </Card>
  );
}

function nameOf(d: Difference): string {
  switch (d.kind) {
    case "chain":
      return text.settings.chain(d.name);
    case "limit":
      return text.settings.limit(d.name);
    case "parameter":
      return text.settings.parameter(d.name);
    case "setting":
      return d.name;
    case "plain":
      return text.settings.names[d.name] ?? d.name;
  }
}
