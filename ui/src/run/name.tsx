import { Link } from "@tanstack/react-router";
import type { Overview } from "~/api/types";
import { Foreign } from "~/design/parts";

/** The name of a run's project as a link to the run; with the file where that says more. */
export function RunName({ run }: { run: Overview }) {
  return (
    <Link to="/runs/$run" params={{ run: run.run_id }} className="rowlink">
      <Foreign>{nameOf(run)}</Foreign>
    </Link>
  );
}

/** A drill's project is named after the one that it plays in. */
export const nameOf = (run: Overview): string => run.display_name || run.input_name || run.run_id;
