import { Link } from "@tanstack/react-router";
import type { Overview } from "~/api/types";
import { Foreign } from "~/design/parts";
import { runs as text } from "~/text/runs";
import { nameOf } from "./name";
import { RunCost, RunPill, RunProgress, RunTook, RunWhen } from "./overview";

/** Runs as a table, named after their projects, or, within one, after their scripts. */
export function RunTable({ runs, by = "project" }: { runs: readonly Overview[]; by?: "project" | "script" }) {
  const head = text.head;
  return (
    <table className="table stackable">
      <thead>
        <tr>
          <th scope="col">{head.name}</th>
          <th scope="col">{head.state}</th>
          <th scope="col">{head.progress}</th>
          <th scope="col">{head.when}</th>
          <th scope="col" className="r">
            {head.took}
          </th>
          <th scope="col" className="r">
            {head.cost}
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((r) => (
          <tr key={r.run_id} className={r.drill ? "is-drill" : undefined}>
            <th scope="row">
              <Link to="/runs/$run" params={{ run: r.run_id }} className="rowlink">
                <Foreign>{by === "script" ? (r.input_name ?? r.run_id) : nameOf(r)}</Foreign>
              </Link>{" "}
              <small className="faint">
                {by === "project" && <Foreign>{r.input_name ?? ""}</Foreign>} <span className="mono">{r.run_id}</span>
              </small>
            </th>
            <td>
              <RunPill run={r} />
            </td>
            <td>
              <RunProgress run={r} />
            </td>
            <td className="small quiet">
              <RunWhen run={r} />
            </td>
            <td className="r" data-l={head.took.toLowerCase()}>
              <RunTook run={r} />
            </td>
            <td className="r" data-l={head.cost.toLowerCase()}>
              <RunCost run={r} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
