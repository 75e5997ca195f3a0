import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { common } from "~/text/common";
import { shell } from "~/text/shell";

/** One place on the way to a view; the last one is the view itself and no link. */
export type Crumb = { key: string; label: ReactNode; link?: LinkProps };

/** Where a view stands, from Home on. */
export function Crumbs({ path }: { path: readonly Crumb[] }) {
  return (
    <nav aria-label={common.crumbs}>
      <ol className="crumbs">
        <li>
          <Link to="/">{shell.home}</Link>
        </li>
        {path.map((c) => (
          <li key={c.key} aria-current={c.link ? undefined : "page"}>
            {c.link ? <Link {...c.link}>{c.label}</Link> : c.label}
          </li>
        ))}
      </ol>
    </nav>
  );
}
