import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo, useState, type ReactNode } from "react";
import { words } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Button, Card, Foreign, Time } from "~/design/parts";
import { formatCount, formatEighths, formatProvider, formatShare } from "~/format/format";
import { results as text } from "~/text/results";
import type { Metadata, Summary } from "./data";
import { Edit, useFocusBack } from "./edit";
import type { Scene } from "./film";
import { HealthPill } from "./scene-table";
import { Raw } from "./raw";
import { ConfirmButton } from "./confirm";

/** How sure a value is: a bar and a percentage. */
export function Confidence({ share }: { share: number }) {
  return (
    <span className="nowrap">
      <span className="meter" aria-hidden="true">
        <i style={{ inlineSize: `${Math.round(100 * share)}%` }} />
      </span>{" "}
      <span className="num">{formatShare(share)}</span>
    </span>
  );
}

interface DetailProps {
  scene: Scene;
  project: string;
  summary: Summary | undefined;
  lang: string | undefined;
  editable: boolean;
  onClose: () => void;
  onHistory: () => void;
  onEditing: (editing: boolean) => void;
}

/** Everything about one scene: what a model judged, what was read, how it was made; and its form. */
export const SceneDetail = memo(function SceneDetail(props: DetailProps) {
  const { scene, project, editable, onClose, onHistory, onEditing } = props;
  const [editing, setEditing] = useState(false);
  const button = useFocusBack(editing);
  const edit = (on: boolean) => {
    setEditing(on);
    onEditing(on);
  };
  return (
    <Card
      className="scene-detail"
      title={text.scene.title(scene.number)}
      tools={
        <>
          {scene.version > 0 && <HealthPill health={scene.health} />}
          <span className="row wrap push">
            {editable && !editing && (
              <>
                <Button ref={button} small icon="edit" onClick={() => edit(true)}>
                  {text.scene.edit}
                </Button>
                {scene.health !== "confirmed_valid" && (
                  <ConfirmButton
                    subject={{ project, type: "scene", entity: scene.id, what: text.edit.scene(scene.number) }}
                    version={scene.version}
                  />
                )}
              </>
            )}
            {scene.version > 0 && (
              <Button small onClick={onHistory}>
                {text.scene.history}
              </Button>
            )}
            {!editing && <Button look="plain" small icon="x" aria-label={text.scene.close} onClick={onClose} />}
          </span>
        </>
      }
    >
      <div className="card-body detail-scroll" tabIndex={0} role="region" aria-label={text.scene.title(scene.number)}>
        {editing ? (
          <Edit
            key={scene.id}
            subject={{ project, type: "scene", entity: scene.id, what: text.edit.scene(scene.number) }}
            onDone={() => edit(false)}
          />
        ) : (
          <Content {...props} />
        )}
      </div>
    </Card>
  );
});

function Content({ scene, summary, lang }: DetailProps) {
  const d = scene.made.data;
  const m = scene.made.metadata;
  const { data: known } = useQuery(words());
  const method = new Map((d.provenance ?? []).map((p) => [p.field_name, p]));
  const tag = (field: string) => <How provenance={method.get(field)} human={scene.source === "human"} />;
  const judged = d.summary !== null || d.tone_mood !== null || d.narrative_beats.length > 0 || d.tone_shifts.length > 0;
  return (
    <div className="stack">
      <p className="scene-heading">
        <i className={`sw k-${scene.kind}`} title={text.kinds[scene.kind]} /> <Foreign lang={lang}>{d.heading}</Foreign>
      </p>
      {known && m.health !== "valid" && <p className="small quiet">{text.healthSentence(known.healths[m.health] ?? m.health)}</p>}
      <Marks metadata={m} />
      <section className="stack tight">
        <h3>{text.scene.judged}</h3>
        {judged ? (
          <dl className="pairs">
            <Pair term={text.scene.summary} tag={tag("summary")}>
              <Maybe value={d.summary} lang={lang} />
            </Pair>
            <Pair term={text.scene.tone} tag={tag("tone_mood")}>
              <Maybe value={d.tone_mood} lang={lang} />
            </Pair>
            {d.tone_shifts.length > 0 && (
              <Pair term={text.scene.shifts} tag={tag("tone_shifts")}>
                <Foreign lang={lang}>{d.tone_shifts.join(", ")}</Foreign>
              </Pair>
            )}
            <Pair term={text.scene.beats} tag={tag("narrative_beats")} wide>
              {d.narrative_beats.length === 0 ? (
                <span className="faint">{text.scene.noBeats}</span>
              ) : (
                <ol className="beats">
                  {d.narrative_beats.map((b, i) => (
                    <li key={i}>
                      <span className="label">
                        <Foreign lang={lang}>{b.beat_type}</Foreign>
                      </span>
                      <span dir="auto" lang={lang}>
                        {b.description}
                      </span>
                      <Confidence share={b.confidence} />
                    </li>
                  ))}
                </ol>
              )}
            </Pair>
          </dl>
        ) : (
          <p className="quiet">{scene.version === 0 ? text.scene.provisional : text.scene.notJudged}</p>
        )}
      </section>
      <section className="stack tight">
        <h3>{text.scene.read}</h3>
        <dl className="pairs">
          <Pair term={text.fields["int_ext"]!} tag={tag("int_ext")}>
            {text.values[d.int_ext] ?? d.int_ext}
            {d.int_ext_written && d.int_ext_written !== d.int_ext && <span className="faint"> ({d.int_ext_written})</span>}
          </Pair>
          <Pair term={text.fields["location"]!} tag={tag("location")}>
            <Foreign lang={lang}>{text.values[d.location] ?? d.location}</Foreign>
          </Pair>
          <Pair term={text.fields["time_of_day"]!} tag={tag("time_of_day")}>
            <Foreign lang={lang}>{text.values[d.time_of_day] ?? d.time_of_day}</Foreign>
          </Pair>
          <Pair term={text.fields["characters_present"]!} tag={tag("characters_present")}>
            <Speakers scene={scene} />
          </Pair>
          <Pair term={text.scenes.columns.length}>{formatEighths(d.page_eighths)}</Pair>
          {d.elements.length > 0 && (
            <Pair term={text.scene.elements}>
              <Elements elements={d.elements} />
            </Pair>
          )}
          <Pair term={text.scene.lines}>
            {text.scene.lineRange(formatCount(scene.start), formatCount(scene.end))}
            {d.source_span.start_line !== scene.start && (
              <span className="faint">
                {" "}
                ({text.scene.sourceLines(formatCount(d.source_span.start_line), formatCount(d.source_span.end_line))})
              </span>
            )}
          </Pair>
        </dl>
        {d.implied && <p className="small quiet">{text.scene.implied}</p>}
      </section>
      {d.inferences.length > 0 && (
        <section className="stack tight">
          <h3>{text.scene.inferences}</h3>
          <dl className="pairs">
            {d.inferences.map((f, i) => (
              <Pair key={i} term={text.fields[f.field_name] ?? f.field_name} tag={<Confidence share={f.confidence} />}>
                <Foreign lang={lang}>{f.value}</Foreign> <span className="faint">{f.rationale}</span>
              </Pair>
            ))}
          </dl>
        </section>
      )}
      {scene.version > 0 && <Origin metadata={m} summary={summary} unit={scene.id} />}
      {scene.version > 0 && <Raw data={scene.made} />}
    </div>
  );
}

function Pair({ term, tag, wide, children }: { term: string; tag?: ReactNode; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? "wide" : undefined}>
      <dt>{term}</dt>
      <dd>
        <span>{children}</span>
        {tag}
      </dd>
    </div>
  );
}

function Maybe({ value, lang }: { value: string | null; lang: string | undefined }) {
  if (value === null) return <span className="faint">{text.settings.none}</span>;
  return (
    <span dir="auto" lang={lang}>
      {value}
    </span>
  );
}

/** How a value was found, and how sure it is; with its evidence behind it. */
function How({ provenance, human }: { provenance: Schemas["ProvenanceData"] | undefined; human: boolean }) {
  if (provenance === undefined) return human ? <span className="how faint">{text.scene.by.person}</span> : null;
  return (
    <details className="how">
      <summary>
        <span className="faint">{text.scene.by[provenance.method] ?? provenance.method}</span>{" "}
        <Confidence share={provenance.confidence} />
      </summary>
      <span className="small quiet" dir="auto">
        {text.scene.evidence}: {provenance.evidence}
      </span>
    </details>
  );
}

function Speakers({ scene }: { scene: Scene }) {
  if (scene.cast.length === 0) return <span className="faint">{text.scenes.silent}</span>;
  return (
    <span className="speakers">
      {scene.cast.map((name) => (
        <span key={name}>
          <Foreign>{name}</Foreign> <span className="faint num">{formatCount(scene.speeches[name] ?? 0)}</span>
        </span>
      ))}
    </span>
  );
}

function Elements({ elements }: { elements: readonly Schemas["SceneElementData"][] }) {
  const counts = new Map<string, number>();
  for (const e of elements) counts.set(e.element_type, (counts.get(e.element_type) ?? 0) + 1);
  return (
    <span className="speakers">
      {[...counts].map(([type, n]) => (
        <span key={type}>
          {text.elements[type] ?? type} <span className="faint num">{formatCount(n)}</span>
        </span>
      ))}
    </span>
  );
}

const refs = (v: unknown): Schemas["Ref"][] => (Array.isArray(v) ? (v as Schemas["Ref"][]) : v ? [v as Schemas["Ref"]] : []);

/** What a reference leads to, in words: "the screenplay, version 2". */
export const refName = (r: Schemas["Ref"]): string =>
  `${text.types[r.artifact_type] ?? r.artifact_type}${r.entity_id === "project" ? "" : ` ${r.entity_id}`}, ${text.scene.version(formatCount(r.version))}`;

/** What makes a result out of date, and what took its place. */
export function Marks({ metadata }: { metadata: Metadata }) {
  const stale = refs(metadata.annotations["stale_by"]);
  const superseded = refs(metadata.annotations["superseded"]);
  if (stale.length + superseded.length === 0) return null;
  return (
    <p className="small marks">
      {stale.length > 0 && (
        <span>
          {text.scene.staleBy} {stale.map(refName).join("; ")}
        </span>
      )}
      {superseded.length > 0 && (
        <span>
          {text.scene.superseded} {superseded.map(refName).join("; ")}
        </span>
      )}
    </p>
  );
}

/** How a result was made: by which model, in which run, from what. */
export function Origin({ metadata: m, summary, unit }: { metadata: Metadata; summary: Summary | undefined; unit: string }) {
  const [provider, model] = splitModel(m.annotations["answered_by"]);
  return (
    <section className="stack tight">
      <h3>{text.scene.made}</h3>
      <dl className="pairs">
        <Pair term={text.scene.attempt}>
          {model ? (
            text.scene.answeredBy(model, formatProvider(provider!))
          ) : (
            <span className="faint">{m.source === "human" ? text.scene.byPerson : text.scene.noModel}</span>
          )}
        </Pair>
        {summary?.run_id && (
          <Pair term={text.scene.run}>
            <Link
              to="/runs/$run/log"
              params={{ run: summary.run_id }}
              search={{ stage: summary.stage ?? undefined, unit } as never}
            >
              {text.scene.inLog}
            </Link>
          </Pair>
        )}
        {m.rationale && (
          <Pair term={text.edit.reason}>
            <span dir="auto">{m.rationale}</span>
          </Pair>
        )}
        {(m.lineage ?? []).length > 0 && <Pair term={text.scene.builtOn}>{m.lineage.map(refName).join("; ")}</Pair>}
        {m.created_at && (
          <Pair term={text.scene.when}>
            <Time at={m.created_at} /> <span className="faint">{text.scene.version(formatCount(m.ref.version))}</span>
          </Pair>
        )}
      </dl>
    </section>
  );
}

/** Takes "provider:model" apart. */
function splitModel(answeredBy: unknown): [string | null, string | null] {
  if (typeof answeredBy !== "string") return [null, null];
  const at = answeredBy.indexOf(":");
  return at < 0 ? [answeredBy, answeredBy] : [answeredBy.slice(0, at), answeredBy.slice(at + 1)];
}
