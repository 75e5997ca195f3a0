import { useState } from "react";
import { chooseTheme, chosenTheme, type Theme } from "~/app/theme";
import { Card } from "~/design/parts";
import { settings as text } from "~/text/settings";

const themes: readonly Theme[] = ["system", "light", "dark"];

/** What this browser keeps: the theme. */
export function PageCard() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <Card title={text.page.title}>
      <div className="card-body stack">
        <div className="row wrap">
          <span className="small">{text.page.theme}</span>
          <div className="seg push" role="group" aria-label={text.page.theme}>
            {themes.map((t) => (
              <button
                key={t}
                type="button"
                aria-pressed={theme === t}
                onClick={() => {
                  chooseTheme(t);
                  setTheme(t);
                }}
              >
                {text.page.themes[t]}
              </button>
            ))}
          </div>
        </div>
      </div>
    </Card>
  );
}
