import { useQuery } from "@tanstack/react-query";
import { failures } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Card } from "~/design/parts";
import { formatCount, formatProvider } from "~/format/format";
import { providers as text } from "~/text/providers";

/** Failed tries by class and provider, with whose side each class is on; the darker the more. */
export function Why({ rows }: { rows: readonly { provider: string; faults: readonly Schemas["FaultCount"][] }[] }) {
  const { data: classes = [] } = useQuery(failures());
  const columns = rows.filter((r) => r.faults.length > 0);
  const count = (provider: string, c: string) =>
    rows.find((r) => r.provider === provider)?.faults.find((f) => f.error_class === c)?.attempts ?? 0;
  const seen = classes.filter((c) => columns.some((r) => count(r.provider, c.error_class) > 0));
  const most = Math.max(1, ...seen.flatMap((c) => columns.map((r) => count(r.provider, c.error_class))));
  return (
    <Card title={text.why.title}>
      {seen.length === 0 ? (
        <p className="card-body quiet small">{text.why.none}</p>
      ) : (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={text.why.title}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{text.why.cause}</th>
                <th scope="col">{text.why.side}</th>
                {columns.map((r) => (
                  <th key={r.provider} scope="col" className="r">
                    {formatProvider(r.provider)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {seen.map((c) => (
                <tr key={c.error_class}>
                  <th scope="row">{c.title}</th>
                  <td className="small quiet">{text.sideShort[c.fault]}</td>
                  {columns.map((r) => (
                    <Count key={r.provider} n={count(r.provider, c.error_class)} most={most} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Count({ n, most }: { n: number; most: number }) {
  if (n === 0) return <td className="r faint">{formatCount(0)}</td>;
  return (
    <td className="r">
      <span className="heat" style={{ "--v": `${Math.round((100 * n) / most)}%` } as object}>
        {formatCount(n)}
      </span>
    </td>
  );
}
