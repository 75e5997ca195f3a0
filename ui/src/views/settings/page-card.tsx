import { useState } from "react";
import { chooseTheme, chosenTheme, type Theme } from "~/app/theme";
import { Button, Card } from "~/design/parts";
import { canNotify } from "~/run/watch";
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
        <Notifications />
      </div>
    </Card>
  );
}

/** Whether the browser may notify. Which runs it tells of is chosen on the run. */
function Notifications() {
  const [permission, setPermission] = useState(canNotify() ? Notification.permission : "denied");
  return (
    <div className="stack tight">
      <div className="row wrap">
        <span className="small">{text.page.notifications}</span>
        <span className="push">
          {permission === "default" ? (
            <Button small onClick={() => void Notification.requestPermission().then(setPermission)}>
              {text.page.allow}
            </Button>
          ) : (
            <span className="small strong">{permission === "granted" ? text.page.allowed : text.page.blocked}</span>
          )}
        </span>
      </div>
      <p className="small quiet">{permission === "denied" ? text.page.blockedHint : text.page.notificationsHint}</p>
    </div>
  );
}
