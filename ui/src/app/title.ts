import { useEffect } from "react";
import { shell } from "~/text/shell";

let shown: { readonly title: string; readonly mark: string } = { title: "", mark: "" };
let around = ""; // the sign of the frame that a view stands in
let news = ""; // of a run that is watched, until the page is looked at

function apply(): void {
  const mark = news || shown.mark || around;
  document.title = (mark ? `${mark} ` : "") + shell.title(shown.title);
}

/** Sets the title of the page; mark is a sign before it, as of a run that needs somebody. */
export function useTitle(title: string, mark = ""): void {
  useEffect(() => {
    const before = shown;
    const own = { title, mark };
    shown = own;
    apply();
    return () => {
      // A view inside of another one leaves, and that one stays: its title is the page's again.
      if (shown === own) shown = before;
      apply();
    };
  }, [title, mark]);
}

/** Sets the sign of all views inside a frame, such as those of a run. */
export function useTitleMark(mark: string): void {
  useEffect(() => {
    around = mark;
    apply();
    return () => {
      around = "";
    };
  }, [mark]);
}

/** Shows a sign before the title, whatever view is open, until the page is looked at. */
export function showNews(sign: string): void {
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  news = sign;
  apply();
  const seen = () => {
    if (document.visibilityState !== "visible") return;
    news = "";
    apply();
    removeEventListener("focus", seen);
    document.removeEventListener("visibilitychange", seen);
  };
  addEventListener("focus", seen);
  document.addEventListener("visibilitychange", seen);
}
