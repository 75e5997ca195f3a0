import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "@tanstack/react-router";
import { api, takeAnswer } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button, Dialog, Foreign, LoadError, Pill, Skeleton, Time } from "~/design/parts";
import { useToast } from "~/design/toast";
import { formatCount } from "~/format/format";
import { common } from "~/text/common";
import { ReasonField } from "~/run/act/plans";
import { results as text } from "~/text/results";
import { edits, readCurrent, version as versionQuery, versions as versionsQuery, type EditedEvent, type Version } from "./data";
import type { Subject } from "./edit";
import { fieldsOf, sameValue, showValue } from "./fields";
import { diffText } from "./diff";
import { HealthPill } from "./scene-table";

interface HistoryProps {
  subject: Subject;
  /** The version that is compared with the one before it. */
  selected: number | undefined;
  editable: boolean;
  onSelect: (version: number) => void;
  onClose: () => void;
}

/** The versions of a result: who made each, when and why; any two can be compared, and one made current again. */
export function History({ subject, selected, editable, onSelect, onClose }: HistoryProps) {
  const { project, type, entity } = subject;
  const all = useQuery(versionsQuery(project, type, entity));
  const acts = useQuery(edits(project));
  const rows = all.data ?? [];
  const current = rows.find((v) => v.current) ?? rows.at(-1);
  const right = rows.find((v) => v.version === selected) ?? current;
  const [against, setAgainst] = useState<number | null>(null);
  const left = rows.find((v) => v.version === against) ?? before(rows, right);
  const ofThis = (acts.data ?? []).filter((e) => e.artifact.artifact_type === type && e.artifact.entity_id === entity);
  return (
    <Dialog
      open
      onClose={onClose}
      title={text.history.title(subject.what)}
      foot={<Button onClick={onClose}>{common.close}</Button>}
    >
      {all.error && <LoadError error={all.error} retry={() => void all.refetch()} />}
      {all.isPending && <Skeleton lines={4} />}
      <ol className="versions">
        {[...rows].reverse().map((v) => (
          <li key={v.version} className={v === right ? "is-sel" : undefined}>
            <button type="button" className="pick" aria-pressed={v === right} onClick={() => onSelect(v.version)}>
              {text.history.versionOption(formatCount(v.version))}
            </button>
            {v.current && (
              <Pill tone="live" icon="check">
                {text.history.current}
              </Pill>
            )}
            <HealthPill health={v.health} />
            <span className="small quiet push">
              <Time at={v.created_at} />
            </span>
            <p className="small">
              <Author version={v} edited={ofThis.find((e) => e.action === "edit" && e.artifact.version === v.version)} />
            </p>
            {ofThis
              .filter((e) => e.action !== "edit" && e.artifact.version === v.version)
              .map((e) => (
                <p key={e.ts} className="small quiet">
                  {e.action === "restore"
                    ? text.history.restored(formatCount(v.version))
                    : text.history.confirmed(formatCount(v.version))}
                  {", "}
                  {person(e.actor)}, <Time at={e.ts} />
                  {e.reason && (
                    <>
                      : <Foreign>{e.reason}</Foreign>
                    </>
                  )}
                </p>
              ))}
          </li>
        ))}
      </ol>
      {rows.length === 1 && <p className="small quiet">{text.history.only}</p>}
      {right && left && (
        <section className="stack tight">
          <div className="row wrap">
            <h3>{text.history.compare}</h3>
            <label className="row small nowrap">
              {text.history.pair(formatCount(right.version))}
              <select className="input" value={left.version} onChange={(e) => setAgainst(Number(e.target.value))}>
                {rows
                  .filter((v) => v !== right)
                  .map((v) => (
                    <option key={v.version} value={v.version}>
                      {text.history.versionOption(formatCount(v.version))}
                    </option>
                  ))}
              </select>
            </label>
          </div>
          <Difference
            subject={subject}
            before={Math.min(left.version, right.version)}
            after={Math.max(left.version, right.version)}
          />
        </section>
      )}
      {right && !right.current && editable && <Restore key={right.version} subject={subject} version={right.version} />}
    </Dialog>
  );
}

const before = (rows: readonly Version[], v: Version | undefined): Version | undefined => {
  const i = v ? rows.indexOf(v) : -1;
  return i > 0 ? rows[i - 1] : rows[i + 1];
};

function person(actor: Schemas["Actor"] | null): string {
  const how = text.history.who[actor?.channel ?? ""] ?? "";
  return actor?.name ? text.history.person(actor.name, how) : text.history.somebody(how);
}

/** Who made a version, and why. */
function Author({ version, edited }: { version: Version; edited: EditedEvent | undefined }) {
  const why = version.rationale && (
    <span className="quiet">
      : <Foreign>{version.rationale}</Foreign>
    </span>
  );
  if (version.run_id)
    return (
      <>
        <Link to="/runs/$run" params={{ run: version.run_id }}>
          {text.history.run} {version.run_id}
        </Link>
        {why}
      </>
    );
  return (
    <>
      {person(edited?.actor ?? null)}
      {why}
    </>
  );
}

/** Makes a version current again. */
function Restore({ subject, version }: { subject: Subject; version: number }) {
  const [reason, setReason] = useState("");
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const restore = async () => {
    setBusy(true);
    setError(null);
    try {
      const { project, type, entity } = subject;
      const now = await readCurrent(project, type, entity);
      await takeAnswer(
        api.POST("/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/restore", {
          params: {
            path: { project_id: project, artifact_type: type, entity_id: entity },
            header: now.etag ? { "If-Match": now.etag } : {},
          },
          body: { version, rationale: reason.trim() || text.history.restoreTitle(formatCount(version)) },
        }),
      );
      await client.invalidateQueries({ queryKey: ["project", project] });
      toast(text.history.restored2(formatCount(version)));
    } catch (e) {
      setError(e as Error);
    }
    setBusy(false);
  };
  return (
    <section className="stack tight restore">
      <h3>{text.history.restoreTitle(formatCount(version))}</h3>
      <p className="small quiet">{text.history.restoreWhat}</p>
      <ReasonField value={reason} set={setReason} />
      {error && <LoadError error={error} />}
      <div>
        <Button look="primary" icon="retry" disabled={busy} aria-busy={busy} onClick={() => void restore()}>
          {text.history.restore(formatCount(version))}
        </Button>
      </div>
    </section>
  );
}

/** Two versions field by field; texts word by word. */
function Difference({ subject, before, after }: { subject: Subject; before: number; after: number }) {
  const { project, type, entity } = subject;
  const a = useQuery(versionQuery(project, type, entity, before));
  const b = useQuery(versionQuery(project, type, entity, after));
  const error = a.error ?? b.error;
  if (error) return <LoadError error={error} />;
  if (!a.data || !b.data) return <Skeleton lines={3} />;
  const was = a.data.made.data;
  const is = b.data.made.data;
  const hidden = new Set(["detection_details", "provenance", "confidence", "line_map"]);
  const known = fieldsOf[type]?.map((f) => f.name) ?? [];
  const names = [...new Set([...known, ...Object.keys(was), ...Object.keys(is)])].filter(
    (n) => !hidden.has(n) && !sameValue(was[n], is[n]),
  );
  if (names.length === 0) return <p className="small quiet">{text.history.same}</p>;
  return (
    <dl className="pairs diff">
      {names.map((n) => (
        <div key={n}>
          <dt>{text.fields[n] ?? n}</dt>
          <dd>
            <Change was={diffable(was[n])} is={diffable(is[n])} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const diffable = (v: unknown): string =>
  typeof v === "string" ? v : Array.isArray(v) ? v.map(showValue).join("\n") : showValue(v);

const keptText = 160; // letters that are shown around a change

function Change({ was, is }: { was: string; is: string }) {
  return (
    <p className="change" dir="auto">
      {diffText(was, is).map((part, i) => {
        if (part.kind === "removed")
          return (
            <del key={i}>
              <span className="vh">{text.history.removed} </span>
              {part.text}
            </del>
          );
        if (part.kind === "added")
          return (
            <ins key={i}>
              <span className="vh">{text.history.added} </span>
              {part.text}
            </ins>
          );
        return <span key={i}>{shorten(part.text)}</span>;
      })}
    </p>
  );
}

const shorten = (s: string): string => (s.length > 2 * keptText ? `${s.slice(0, keptText)} … ${s.slice(-keptText)}` : s);
