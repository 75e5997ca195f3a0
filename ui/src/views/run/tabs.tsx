import { Link, useNavigate } from "@tanstack/react-router";
import { useKeys } from "~/app/keys";
import { formatCount } from "~/format/format";
import { run as text } from "~/text/run";

const t = text.tabs;

/** The parts of a run as links, so that each has an address; the keys 1 to 6 open them. */
export function Tabs({ run, events, results }: { run: string; events: number; results: number }) {
  const navigate = useNavigate();
  const params = { run };
  useKeys({
    "1": () => void navigate({ to: "/runs/$run", params }),
    "2": () => void navigate({ to: "/runs/$run/log", params }),
    "3": () => void navigate({ to: "/runs/$run/results", params }),
    "4": () => void navigate({ to: "/runs/$run/script", params }),
    "5": () => void navigate({ to: "/runs/$run/compare", params }),
    "6": () => void navigate({ to: "/runs/$run/recipe", params }),
  });
  const number = (n: number) => n > 0 && <span className="n">{formatCount(n)}</span>;
  return (
    <nav className="tabs" aria-label={t.label}>
      <Link to="/runs/$run" params={params} activeOptions={{ exact: true, includeSearch: false }}>
        {t.timeline}
      </Link>
      <Link to="/runs/$run/log" params={params} activeOptions={{ includeSearch: false }}>
        {t.log}
        {number(events)}
      </Link>
      <Link to="/runs/$run/results" params={params} activeOptions={{ includeSearch: false }}>
        {t.results}
        {number(results)}
      </Link>
      <Link to="/runs/$run/script" params={params} activeOptions={{ includeSearch: false }}>
        {t.script}
      </Link>
      <Link to="/runs/$run/compare" params={params} activeOptions={{ includeSearch: false }}>
        {t.compare}
      </Link>
      <Link to="/runs/$run/recipe" params={params} activeOptions={{ includeSearch: false }}>
        {t.recipe}
      </Link>
    </nav>
  );
}
