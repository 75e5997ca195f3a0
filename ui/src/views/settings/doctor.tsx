import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "~/api/client";
import type { Schemas } from "~/api/types";
import type { IconName } from "~/design/icon";
import { Button, Card, LoadError, Pill, type Tone } from "~/design/parts";
import { formatCount } from "~/format/format";
import { settings as text } from "~/text/settings";

type Check = Schemas["Check"];

/** The doctor of the server: each check with what it found and what to do. It runs when it is asked to. */
export function Doctor() {
  const [reach, setReach] = useState(false);
  const { data, error, isPending, mutate } = useMutation({
    mutationFn: () => take(api.GET("/api/doctor", { params: { query: reach ? { reach: true } : {} } })),
  });
  const problems = data?.filter((c) => c.status === "problem").length ?? 0;
  return (
    <Card title={text.doctor.title}>
      <div className="card-body stack tight">
        <p className="small quiet">{text.doctor.about}</p>
        <div className="row wrap">
          <Button icon="probe" disabled={isPending} aria-busy={isPending} onClick={() => mutate()}>
            {isPending ? text.doctor.running : data ? text.doctor.again : text.doctor.run}
          </Button>
          <label className="switch">
            <input type="checkbox" role="switch" checked={reach} onChange={(e) => setReach(e.target.checked)} />
            {text.doctor.reach}
          </label>
        </div>
        {error && <LoadError error={error} />}
        <p role="status" className={problems > 0 ? "bad strong" : "strong"}>
          {data && (problems > 0 ? text.doctor.problems(problems, formatCount(problems)) : text.doctor.well)}
        </p>
      </div>
      {data && <Checks checks={data} />}
    </Card>
  );
}

function Checks({ checks }: { checks: readonly Check[] }) {
  const groups = [...new Set(checks.map((c) => c.group))];
  return groups.map((group) => (
    <section key={group} className="checks" aria-label={text.doctor.groups[group] ?? group}>
      <h3 className="label">{text.doctor.groups[group] ?? group}</h3>
      <ul>
        {checks
          .filter((c) => c.group === group)
          .map((c) => (
            <CheckRow key={c.name} check={c} />
          ))}
      </ul>
    </section>
  ));
}

const looks: Record<string, { tone: Tone; icon: IconName }> = {
  ok: { tone: "ok", icon: "ok" },
  note: { tone: "off", icon: "todo" },
  problem: { tone: "bad", icon: "bad" },
};

function CheckRow({ check: c }: { check: Check }) {
  return (
    <li>
      <Pill {...(looks[c.status] ?? looks["note"]!)}>{text.doctor.status[c.status] ?? c.status}</Pill>
      <div>
        <strong>{c.name}</strong> {c.version && <span className="faint small">{c.version}</span>}
        <div className="small quiet">{c.detail}</div>
        {c.action && <div className="small">{c.action}</div>}
      </div>
    </li>
  );
}
