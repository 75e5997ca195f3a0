import { useEffect } from "react";
import { shell } from "~/text/shell";

/** Sets the title of the page; mark is a sign before it, as of a run that needs somebody. */
export function useTitle(title: string, mark = ""): void {
  useEffect(() => {
    document.title = (mark ? `${mark} ` : "") + shell.title(title);
  }, [title, mark]);
}
