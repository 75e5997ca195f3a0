/** The themes that can be chosen; "system" is what the system has. */
export type Theme = "system" | "light" | "dark";

/** The chosen theme. */
export function chosenTheme(): Theme {
  const set = document.documentElement.dataset["theme"];
  return set === "light" || set === "dark" ? set : "system";
}

/** Chooses a theme; it holds until it is chosen otherwise. */
export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Storage is off: the choice holds until the page is left.
  }
}

/** Switches between light and dark. */
export function switchTheme(): void {
  const chosen = chosenTheme();
  const dark = chosen === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
  chooseTheme(dark ? "light" : "dark");
}
