import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { api, take } from "~/api/client";
import { inputs, projects, words } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Button, Card, LoadError } from "~/design/parts";
import { bring } from "~/intake/bring";
import { fetchSample } from "~/intake/sample";
import { drills as text } from "~/text/drills";
import { About } from "./choose";

/** A script of a project; null is the sample, which is brought in when the drill starts. */
interface Script {
  project: string;
  input: string;
  label: string;
}

const newest = 12; // projects whose scripts are offered

/** The scripts of the newest projects. */
function useScripts(): Script[] {
  const { data: all = [] } = useQuery(projects());
  const real = all.filter((p) => !p.drill && p.has_inputs).slice(0, newest);
  return useQueries({
    queries: real.map((p) => inputs(p.project_id)),
    combine: (answers) =>
      answers.flatMap((a, i) =>
        [...(a.data ?? [])].reverse().map((f) => ({
          project: real[i]!.project_id,
          input: f.filename,
          label: `${real[i]!.display_name}: ${f.original_name}`,
        })),
      ),
  });
}

/** Chooses the script, says what will happen, and starts the drill. */
export function StartDrill({ drill }: { drill: Schemas["Drill"] | null }) {
  const scripts = useScripts();
  const [at, setAt] = useState("");
  const script = scripts.find((s) => keyOf(s) === at) ?? null;
  const { data: vocabulary } = useQuery(words());
  const id = useId();
  const start = useStart();
  return (
    <Card title={text.start.title} className="startdrill">
      <div className="card-body stack">
        <div className="field">
          <label htmlFor={id}>{text.script.label}</label>
          <select id={id} className="input" value={at} onChange={(e) => setAt(e.target.value)}>
            <option value="">{text.script.sample}</option>
            {scripts.map((s) => (
              <option key={keyOf(s)} value={keyOf(s)}>
                {s.label}
              </option>
            ))}
          </select>
          <span className="hint">{text.script.more}</span>
        </div>
        {drill ? (
          <>
            <h3>{drill.title}</h3>
            <About drill={drill} status={vocabulary?.run_statuses[drill.expected_status] ?? drill.expected_status} />
          </>
        ) : (
          <p className="quiet">{text.start.pick}</p>
        )}
        <Button
          look="primary"
          icon="drill"
          off={drill === null && text.start.pick}
          disabled={start.isPending}
          onClick={() => drill && start.mutate({ drill: drill.name, script })}
        >
          {start.isPending ? text.start.starting : text.start.start}
        </Button>
        {start.isError && <LoadError error={start.error} />}
        <ul className="small quiet notes">
          <li>{text.start.cost}</li>
          <li>{text.start.then}</li>
          <li>{text.start.wall}</li>
          <li>{text.start.project}</li>
        </ul>
        {drill && (
          <p className="small">
            <Link to="/new" search={{ drill: drill.name, ...(script ? { project: script.project, input: script.input } : {}) }}>
              {text.start.options}
            </Link>
          </p>
        )}
      </div>
    </Card>
  );
}

const keyOf = (s: Script): string => JSON.stringify([s.project, s.input]);

/** Starts a drill on a script, or on the sample, and leads to its run. */
function useStart() {
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ drill, script }: { drill: string; script: Script | null }) => {
      const on = script ?? (await bringSample());
      return take(
        api.POST("/api/runs/start", {
          body: { project_id: on.project, input_file: on.input, drill, accept_config: true, new: true },
        }),
      );
    },
    onSuccess: ({ run_id }) => {
      void client.invalidateQueries({ queryKey: ["runs"] });
      void client.invalidateQueries({ queryKey: ["projects"] });
      return navigate({ to: "/runs/$run", params: { run: run_id } });
    },
  });
}

async function bringSample(): Promise<{ project: string; input: string }> {
  return bring(await fetchSample(), null, { signal: new AbortController().signal, onProgress: () => undefined });
}
