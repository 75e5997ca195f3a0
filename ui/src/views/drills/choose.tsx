import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "~/api/types";
import { Button, Card } from "~/design/parts";
import { formatCount, formatList, formatProvider } from "~/format/format";
import { drills as text } from "~/text/drills";
import { grouped, lesson } from "./scenarios";

type Drill = Schemas["Drill"];

/** The scenarios to choose from, under what they are about: what goes wrong, and what it teaches. */
export function ScenarioChoice({ all, chosen }: { all: readonly Drill[]; chosen: Drill | null }) {
  const [more, setMore] = useState(false);
  const navigate = useNavigate({ from: "/drills" });
  return (
    <Card
      title={text.scenario.title}
      tools={
        <span className="push">
          <Button small look="plain" aria-expanded={more} onClick={() => setMore(!more)}>
            {more ? text.scenario.fewer : text.scenario.all(formatCount(all.length))}
          </Button>
        </span>
      }
    >
      <div className="card-body stack loose" role="radiogroup" aria-label={text.scenario.groups}>
        {grouped(all).map((g, i, { length }) => {
          if (!more && i === length - 1 && !g.drills.includes(chosen!)) return null;
          const shown = g.drills.filter((d, at) => more || at < text.usual || d === chosen);
          return (
            <section key={g.title} className="stack tight">
              <div>
                <h3>{g.title}</h3>
                <p className="small quiet">{g.text}</p>
              </div>
              <div className="scenarios">
                {shown.map((d) => (
                  <Scenario
                    key={d.name}
                    drill={d}
                    checked={d === chosen}
                    choose={() => void navigate({ search: { scenario: d.name }, replace: true, resetScroll: false })}
                  />
                ))}
              </div>
            </section>
          );
        })}
      </div>
    </Card>
  );
}

function Scenario({ drill, checked, choose }: { drill: Drill; checked: boolean; choose: () => void }) {
  const learn = lesson(drill.name);
  return (
    <label className="choice scenario">
      <input type="radio" name="scenario" checked={checked} onChange={choose} />
      <span className="strong">{drill.title}</span>
      <span className="hint">{learn ?? drill.description}</span>
    </label>
  );
}

/** What is chosen: what goes wrong, where, for how long, and how the run is expected to end. */
export function About({ drill, status }: { drill: Drill; status: string }) {
  const learn = lesson(drill.name);
  return (
    <dl className="kv">
      <div className="kv-row">
        <dt>{text.scenario.goesWrong}</dt>
        <dd>{drill.description}</dd>
      </div>
      {learn && (
        <div className="kv-row">
          <dt>{text.scenario.learn}</dt>
          <dd>{learn}</dd>
        </div>
      )}
      <div className="kv-row">
        <dt>{text.scenario.where}</dt>
        <dd>{drill.providers.length > 0 ? formatList(drill.providers.map(formatProvider)) : text.scenario.nowhere}</dd>
      </div>
      <div className="kv-row">
        <dt>{text.scenario.ends}</dt>
        <dd>{status}</dd>
      </div>
    </dl>
  );
}
