import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useKeys } from "~/app/keys";
import { Button, Card, Empty, LinkButton } from "~/design/parts";
import { formatCount } from "~/format/format";
import { results as text } from "~/text/results";
import { StaleNotice, staleOf } from "./again";
import { Dialogue, Locations, Presence } from "./charts";
import type { Artifacts, Summary } from "./data";
import { Downloads } from "./downloads";
import { Edit, useFocusBack, type Subject } from "./edit";
import { makeFilm, type Scene } from "./film";
import { History } from "./history";
import { languageOf, readLines } from "./lines";
import { SceneDetail } from "./scene-detail";
import { SceneTable, type TableSearch } from "./scene-table";
import { Screenplay } from "./screenplay";
import { Settings } from "./settings";
import { Strip } from "./strip";
import "./results.css";

/** What a results view has in its address. */
export interface ResultsSearch extends TableSearch {
  scene?: string;
  view?: string;
  history?: string;
  version?: number;
}

interface ResultsProps {
  project: string;
  /** The run whose results are shown; null for what is current in the project. */
  run: string | null;
  artifacts: Artifacts;
  list: readonly Summary[];
  search: ResultsSearch;
  /** They are the current ones, so that they can be changed. */
  editable: boolean;
  /** The run that waits until a person accepts the settings. */
  paused: string | null;
  /** Something can be downloaded. */
  hasExport: boolean;
  /** What is said of scenes that are not what they will be. */
  notice?: ReactNode;
  /** What is said where there are no scenes yet. */
  noScenes: ReactNode;
}

/** Everything that came out of a script: scenes beside their text, pictures, settings, versions, downloads. */
export function Results({ project, run, artifacts, list, search, editable, paused, hasExport, notice, noScenes }: ResultsProps) {
  const navigate = useNavigate();
  const change = useCallback(
    (next: Partial<Record<keyof ResultsSearch, string | number | undefined>>) =>
      void navigate({ to: ".", search: (s: object) => ({ ...s, ...next }), replace: true, resetScroll: false } as never),
    [navigate],
  );
  const film = useMemo(() => makeFilm(artifacts), [artifacts]);
  const script = artifacts.script?.data.script_text;
  const lines = useMemo(() => (script === undefined ? [] : readLines(script, film.scenes)), [script, film]);
  const lang = useMemo(() => (script === undefined ? undefined : languageOf(script)), [script]);
  const summaries = useMemo(() => new Map(list.map((a) => [`${a.artifact_type}/${a.entity_id}`, a])), [list]);
  const stale = useMemo(() => (editable ? staleOf(list) : null), [editable, list]);

  const [pinned, setPinned] = useState<string | null>(null); // the scene that is being edited
  const selected = search.scene ? (film.byId.get(search.scene) ?? null) : null;
  const detail = pinned ? (film.byId.get(pinned) ?? null) : selected;
  const select = useCallback((s: Scene) => change({ scene: s.id }), [change]);
  const onSearch = useCallback((s: TableSearch) => change(s as never), [change]);
  const pickLocation = useCallback((name: string) => change({ location: name }), [change]);
  const pickCast = useCallback((name: string) => change({ cast: name }), [change]);
  const step = (by: number) => {
    const scene = film.scenes[(selected?.order ?? (by > 0 ? -1 : 1)) + by];
    if (scene) select(scene);
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
  const settings = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (search.view === "settings") settings.current?.scrollIntoView();
  }, [search.view]);

  return (
    <div className="stack loose results">
      {notice && <div className="card">{notice}</div>}
      {stale && <StaleNotice stale={stale} run={run} />}
      {paused && artifacts.config && settingsCard()}
      {film.scenes.length > 0 && <Strip film={film} selected={selected} onSelect={select} />}
      <div className="reader">
        <ScriptCard
          project={project}
          artifacts={artifacts}
          editable={editable}
          position={selected && text.screenplay.where(formatCount(selected.start), formatCount(lines.length))}
          onStep={film.scenes.length > 0 ? step : null}
          onHistory={() => change({ history: "canonical_script/project", version: undefined })}
        >
          <Screenplay lines={lines} selected={selected?.id} onRead={select} />
        </ScriptCard>
        <div className="stack reader-side">
          {film.scenes.length > 0 ? (
            <SceneTable film={film} search={search} selected={selected?.id} onSelect={select} onSearch={onSearch} />
          ) : (
            <Card title={text.scenes.title}>{noScenes}</Card>
          )}
          {detail && (
            <SceneDetail
              key={detail.id}
              scene={detail}
              project={project}
              summary={summaries.get(`scene/${detail.id}`)}
              lang={lang}
              editable={editable}
              onClose={() => change({ scene: undefined })}
              onHistory={() => change({ history: `scene/${detail.id}`, version: undefined })}
              onEditing={(on) => setPinned(on ? detail.id : null)}
            />
          )}
        </div>
      </div>
      {film.scenes.length > 0 && (
        <div className="presrow">
          <Presence film={film} selected={selected?.id} onSelect={select} />
          <Dialogue film={film} onPick={pickCast} />
          <Locations film={film} onPick={pickLocation} />
        </div>
      )}
      {!paused && settingsCard()}
      <Downloads project={project} run={run} has={hasExport} />
      {search.history && (
        <History
          subject={subjectOf(project, search.history, film.byId)}
          selected={search.version}
          editable={editable}
          onSelect={(version) => change({ version })}
          onClose={() => change({ history: undefined, version: undefined })}
        />
      )}
    </div>
  );

  function settingsCard() {
    return (
      <div ref={settings}>
        {artifacts.config ? (
          <Settings
            config={artifacts.config}
            project={project}
            summary={summaries.get("project_config/project")}
            editable={editable}
            paused={paused}
            onHistory={() => change({ history: "project_config/project", version: undefined })}
          />
        ) : (
          <Card title={text.settings.title}>
            <p className="card-body quiet">{text.settings.notYet}</p>
          </Card>
        )}
      </div>
    );
  }
}

/** What "type/entity" in an address means. */
function subjectOf(project: string, name: string, scenes: ReadonlyMap<string, Scene>): Subject {
  const [type = "", entity = "project"] = name.split("/");
  const what: Record<string, string> = { project_config: text.edit.settings, canonical_script: text.edit.script };
  return { project, type, entity, what: what[type] ?? text.edit.scene(scenes.get(entity)?.number ?? entity) };
}

/** The card around the screenplay, with its form. */
export function ScriptCard({
  project,
  artifacts,
  editable,
  position,
  onStep,
  onHistory,
  tools,
  children,
}: {
  project: string;
  artifacts: Artifacts;
  editable: boolean;
  position: ReactNode;
  onStep: ((by: number) => void) | null;
  onHistory: (() => void) | null;
  tools?: ReactNode;
  children: ReactNode;
}) {
  const [editing, setEditing] = useState(false);
  const button = useFocusBack(editing);
  const subject = { project, type: "canonical_script", entity: "project", what: text.edit.script };
  return (
    <Card
      className="script-card"
      title={text.screenplay.title}
      tools={
        <>
          <span className="small faint">{position}</span>
          {tools}
          <span className="row push">
            {editable && artifacts.script && !editing && (
              <Button ref={button} small icon="edit" onClick={() => setEditing(true)}>
                {text.screenplay.edit}
              </Button>
            )}
            {onHistory && artifacts.script && (
              <Button small onClick={onHistory}>
                {text.screenplay.history}
              </Button>
            )}
            {onStep && (
              <>
                <Button
                  look="plain"
                  small
                  className="flip"
                  icon="back"
                  aria-label={text.screenplay.previous}
                  onClick={() => onStep(-1)}
                />
                <Button
                  look="plain"
                  small
                  className="flip"
                  icon="open"
                  aria-label={text.screenplay.next}
                  onClick={() => onStep(1)}
                />
              </>
            )}
          </span>
        </>
      }
    >
      {artifacts.script === null ? (
        <Empty icon="file" title={text.screenplay.none}>
          {text.screenplay.noneHint}
        </Empty>
      ) : editing ? (
        <div className="card-body detail-scroll">
          <Edit subject={subject} onDone={() => setEditing(false)} />
        </div>
      ) : (
        children
      )}
    </Card>
  );
}

/** Where nothing has been made yet: what will be here. */
export function NoResults({ children, project }: { children: ReactNode; project: string | null }) {
  return (
    <Empty
      icon="file"
      title={text.empty.title}
      actions={
        project && (
          <LinkButton to="/new" search={{ project }} look="primary" icon="plus">
            {text.empty.start}
          </LinkButton>
        )
      }
    >
      {children}
    </Empty>
  );
}
