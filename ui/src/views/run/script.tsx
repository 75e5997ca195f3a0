import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useKeys } from "~/app/keys";
import { useTitle } from "~/app/title";
import { Button, Foreign, LoadError, Skeleton } from "~/design/parts";
import { formatCount } from "~/format/format";
import { useOpenRun } from "~/run/context";
import { results as text } from "~/text/results";
import { makeFilm, sceneAt, type Film, type Scene } from "~/views/results/film";
import { readLines, type Line } from "~/views/results/lines";
import { NoResults, ScriptCard } from "~/views/results/results";
import { useRunArtifacts } from "~/views/results/run-results";
import { Screenplay, type Jump } from "~/views/results/screenplay";

/** The screenplay of a run: line numbers, its scenes to jump to, a search. */
export function Script() {
  const { answer } = useOpenRun();
  const run = answer.state;
  const search = useSearch({ from: "/runs/$run/script" });
  const navigate = useNavigate({ from: "/runs/$run/script" });
  const { artifacts, current, error, retry } = useRunArtifacts(run);
  const film = useMemo(() => (artifacts ? makeFilm(artifacts) : null), [artifacts]);
  const script = artifacts?.script?.data.script_text;
  const lines = useMemo(() => (film && script !== undefined ? readLines(script, film.scenes) : []), [script, film]);
  const [jump, setJump] = useState<Jump | null>(search.line === undefined ? null : { line: search.line });
  const set = useCallback(
    (next: { line?: number; scene?: string }) => void navigate({ search: next, replace: true, resetScroll: false }),
    [navigate],
  );
  const read = useCallback((s: Scene) => set({ scene: s.id }), [set]);
  const goTo = useCallback(
    (line: number) => {
      set({ line });
      setJump({ line });
    },
    [set],
  );
  const mark = useCallback((line: number) => set({ line }), [set]);
  useTitle(`${text.screenplay.title} ${run.input_name ?? ""}`);
  const scenes = film?.scenes ?? [];
  const selected = search.scene ?? (search.line === undefined ? undefined : sceneAt(scenes, search.line)?.id);
  const step = (by: number) => {
    const order = film?.byId.get(selected ?? "")?.order ?? (by > 0 ? -1 : 1);
    const scene = scenes[order + by];
    if (scene) set({ scene: scene.id });
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
  const find = useFind(lines, goTo);
  if (error) return <LoadError error={error} retry={retry} />;
  if (!artifacts || !film) return <Skeleton lines={12} />;
  if (script === undefined) return <NoResults project={null}>{text.screenplay.noneHint}</NoResults>;
  const at = search.line ?? (selected ? film.byId.get(selected)?.start : undefined);
  return (
    <div className="script-tab">
      <Navigator film={film} selected={selected} onSelect={read} />
      <ScriptCard
        project={run.project_id}
        artifacts={artifacts}
        editable={current}
        position={at !== undefined && text.screenplay.where(formatCount(at), formatCount(lines.length))}
        onStep={scenes.length > 0 ? step : null}
        onHistory={null}
        tools={
          <>
            <FindField {...find} />
            <GoTo lines={lines.length} onGo={goTo} />
          </>
        }
      >
        <Screenplay
          lines={lines}
          selected={selected}
          marked={search.line}
          jump={jump}
          find={find.query}
          onRead={read}
          onLine={mark}
        />
      </ScriptCard>
    </div>
  );
}

function Navigator({ film, selected, onSelect }: { film: Film; selected: string | undefined; onSelect: (s: Scene) => void }) {
  useEffect(() => {
    document.querySelector(".script-nav [aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  if (film.scenes.length === 0) return null;
  return (
    <nav className="card script-nav" aria-label={text.screenplay.navigator}>
      <ol>
        {film.scenes.map((s) => (
          <li key={s.id}>
            <button type="button" aria-current={s.id === selected ? "true" : undefined} onClick={() => onSelect(s)}>
              <span className="num">{s.number}</span>
              <i className={`sw k-${s.kind}`} aria-hidden="true" />
              <Foreign>{s.heading}</Foreign>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface Find {
  query: string;
  matches: readonly number[];
  at: number;
  setQuery: (q: string) => void;
  step: (by: number) => void;
}

/** A search in the lines: the number of each line that matches, and the one that is shown. */
function useFind(lines: readonly Line[], goTo: (line: number) => void): Find {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const matches = useMemo(() => {
    const q = query.trim().toLowerCase();
    return q.length < 2 ? [] : lines.filter((l) => l.text.toLowerCase().includes(q)).map((l) => l.number);
  }, [lines, query]);
  return {
    query: query.trim().length < 2 ? "" : query.trim(),
    matches,
    at,
    setQuery: (q) => {
      setQuery(q);
      setAt(-1);
    },
    step: (by) => {
      if (matches.length === 0) return;
      const next = (Math.max(at, by > 0 ? -1 : 0) + by + matches.length) % matches.length;
      setAt(next);
      goTo(matches[next]!);
    },
  };
}

function FindField({ query, matches, at, setQuery, step }: Find) {
  const t = text.screenplay;
  const [typed, setTyped] = useState("");
  return (
    <span className="row find" role="search">
      <input
        className="input"
        type="search"
        data-search
        aria-label={t.find}
        placeholder={t.find}
        value={typed}
        onChange={(e) => {
          setTyped(e.target.value);
          setQuery(e.target.value);
        }}
        onKeyDown={(e) => {
          if (e.key !== "Enter") return;
          e.preventDefault();
          step(e.shiftKey ? -1 : 1);
        }}
      />
      {query !== "" && (
        <>
          <span className="small faint nowrap" role="status">
            {matches.length === 0 ? t.notFound : t.found(formatCount(Math.max(0, at) + 1), formatCount(matches.length))}
          </span>
          <Button look="plain" small icon="back" aria-label={t.previousMatch} onClick={() => step(-1)} />
          <Button look="plain" small icon="open" aria-label={t.nextMatch} onClick={() => step(1)} />
        </>
      )}
    </span>
  );
}

function GoTo({ lines, onGo }: { lines: number; onGo: (line: number) => void }) {
  const [line, setLine] = useState("");
  return (
    <form
      className="row goto"
      onSubmit={(e) => {
        e.preventDefault();
        const n = Number(line);
        if (Number.isInteger(n) && n >= 1) onGo(Math.min(n, lines));
      }}
    >
      <input
        className="input"
        inputMode="numeric"
        aria-label={text.screenplay.line}
        placeholder={text.screenplay.line}
        value={line}
        onChange={(e) => setLine(e.target.value)}
      />
    </form>
  );
}
