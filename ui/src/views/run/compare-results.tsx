import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ApiError, take } from "~/api/client";
import type { Run } from "~/api/types";
import { Card, Foreign, LoadError, Skeleton } from "~/design/parts";
import { LineDiff, WordDiff } from "~/diff/diff-view";
import { formatCount } from "~/format/format";
import { fieldDifferences, pairScenes, type FieldDifference, type Made, type ScenePair } from "~/run/compare";
import { compare as text } from "~/text/compare";

/** What a run made; null if it has made nothing yet. It is read again when the run's state changes. */
const made = (run: Run) =>
  queryOptions({
    queryKey: ["run", run.run_id, "made", run.status],
    queryFn: async ({ signal }): Promise<Made | null> => {
      const path = { run_id: run.run_id };
      try {
        const [data, script] = await Promise.all([
          take(api.GET("/api/runs/{run_id}/export", { params: { path, query: { format: "json" } }, signal })),
          take(
            api.GET("/api/runs/{run_id}/export", { params: { path, query: { format: "fountain" } }, parseAs: "text", signal }),
          ),
        ]);
        return { ...(data as unknown as Made), script: script as unknown as string };
      } catch (e) {
        if (e instanceof ApiError && e.status >= 400 && e.status < 500 && e.status !== 401) return null;
        throw e;
      }
    },
    staleTime: 60_000,
  });

/** The results in which two runs differ, with words struck and underlined. */
export function CompareResults({ here, there }: { here: Run; there: Run }) {
  const a = useQuery(made(here));
  const b = useQuery(made(there));
  const failed = a.error ?? b.error;
  return (
    <Card title={text.results.title}>
      {failed ? (
        <LoadError error={failed} />
      ) : a.data === undefined || b.data === undefined ? (
        <Skeleton lines={4} />
      ) : a.data === null || b.data === null ? (
        <p className="card-body quiet">{a.data === null ? text.results.noneThis : text.results.noneOther}</p>
      ) : (
        <Differences here={a.data} there={b.data} sameScript={here.input_digest === there.input_digest} />
      )}
    </Card>
  );
}

function Differences({ here, there, sameScript }: { here: Made; there: Made; sameScript: boolean }) {
  const scenes = useMemo(
    () =>
      pairScenes(
        (here.scenes ?? []).map((s) => s.data),
        (there.scenes ?? []).map((s) => s.data),
        sameScript,
      ),
    [here, there, sameScript],
  );
  const config = useMemo(() => fieldDifferences(here.config, there.config), [here, there]);
  const changed = scenes.filter((p) => p.here && p.there && p.differ.length > 0);
  const only = (side: "here" | "there") =>
    scenes.filter((p) => p[side === "here" ? "there" : "here"] === null).map((p) => nameOf(p[side]));
  const equal = scenes.filter((p) => p.here && p.there && p.differ.length === 0).length;
  const script = (here.script ?? "") !== (there.script ?? "");
  return (
    <div className="card-body stack">
      <p className="small quiet">
        {!script && equal === scenes.length && config.differ.length === 0 ? text.results.equal : text.results.legend}{" "}
        {text.results.edits}
      </p>
      {script && (
        <details>
          <summary>{text.results.screenplayDiffers}</summary>
          <LineDiff from={there.script ?? ""} to={here.script ?? ""} label={text.results.screenplay} />
        </details>
      )}
      <section className="stack tight" aria-label={text.results.scenes}>
        <h3>{text.results.scenes}</h3>
        {changed.map((p) => (
          <SceneDifference key={nameOf(p.here)} pair={p} />
        ))}
        <OneSided scenes={only("here")} words={text.results.added} />
        <OneSided scenes={only("there")} words={text.results.gone} />
        {equal > 0 && <p className="small quiet">{text.results.equalScenes(equal, formatCount(equal))}</p>}
      </section>
      <section className="stack tight" aria-label={text.results.config}>
        <h3>{text.results.config}</h3>
        {here.config === null || there.config === null ? (
          <p className="small quiet">{here.config === null ? text.results.noConfigThis : text.results.noConfigOther}</p>
        ) : (
          <>
            <Fields of={config.differ} />
            {config.equal > 0 && (
              <p className="small quiet">{text.results.equalFields(config.equal, formatCount(config.equal))}</p>
            )}
          </>
        )}
      </section>
    </div>
  );
}

/** How a scene is called in a list: its number and heading. */
const nameOf = (scene: ScenePair["here"]): string =>
  scene === null ? "" : text.results.scene(String(scene["number"] ?? scene["scene_number"]), String(scene["heading"]));

/** Scenes that only one of the runs has. */
function OneSided({ scenes, words }: { scenes: readonly string[]; words: (n: number, shown: string) => string }) {
  if (scenes.length === 0) return null;
  return (
    <details open={scenes.length < 6}>
      <summary>{words(scenes.length, formatCount(scenes.length))}</summary>
      <ul>
        {scenes.map((name) => (
          <li key={name}>
            <Foreign>{name}</Foreign>
          </li>
        ))}
      </ul>
    </details>
  );
}

function SceneDifference({ pair }: { pair: ScenePair }) {
  return (
    <details className="scene-diff">
      <summary>
        <Foreign>{nameOf(pair.here)}</Foreign>{" "}
        <span className="faint">{text.results.changed(pair.differ.length, formatCount(pair.differ.length))}</span>
      </summary>
      <Fields of={pair.differ} />
    </details>
  );
}

function Fields({ of }: { of: readonly FieldDifference[] }) {
  return (
    <dl className="field-diffs">
      {of.map((d) => (
        <div key={d.field}>
          <dt>{d.field.replaceAll("_", " ")}</dt>
          <dd>
            <WordDiff from={d.there} to={d.here} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
