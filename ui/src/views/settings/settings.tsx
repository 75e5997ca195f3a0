import { useTitle } from "~/app/title";
import { settings as text } from "~/text/settings";
import { About } from "./about";
import { Doctor } from "./doctor";
import { KeysCard } from "./keys-card";
import { Limits } from "./limits";
import { Models } from "./models";
import { PageCard } from "./page-card";
import { SessionCard } from "./session-card";
import "~/recipes/recipes.css";
import "./settings.css";

/** What is set on the server and in this browser. */
export function Settings() {
  useTitle(text.title);
  return (
    <div className="stack">
      <h1>{text.title}</h1>
      <div className="split settings-cols">
        <div className="stack">
          <KeysCard />
          <Doctor />
        </div>
        <div className="stack">
          <PageCard />
          <SessionCard />
          <Limits />
        </div>
      </div>
      <Models />
      <About />
    </div>
  );
}
