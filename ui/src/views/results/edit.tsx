import { useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useId, useMemo, useRef, useState, type RefObject } from "react";
import { api, ApiError, takeAnswer } from "~/api/client";
import { Banner, Button, LoadError, Skeleton } from "~/design/parts";
import { useToast } from "~/design/toast";
import { formatCount } from "~/format/format";
import { common } from "~/text/common";
import { results as text } from "~/text/results";
import { readCurrent } from "./data";
import { changedFields, editedData, fieldsOf, rebase, showValue, toTyped, toValue, type Data, type Typed } from "./fields";
import { FieldInput } from "./field-input";

/** What is edited. */
export interface Subject {
  project: string;
  type: string;
  entity: string;
  /** What it is called, as in "scene 14". */
  what: string;
}

/** The version that an edit builds on. */
interface Base {
  version: number;
  data: Data;
  etag: string | null;
}

/** A ref for the button that opens a form: it gets the focus back when the form is closed. */
export function useFocusBack(editing: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(editing);
  useEffect(() => {
    if (was.current && !editing) button.current?.focus();
    was.current = editing;
  }, [editing]);
  return button;
}

interface EditProps {
  subject: Subject;
  /** The field that gets the focus. */
  focus?: string | undefined;
  onDone: () => void;
}

/** Edits the fields of an artifact. A change by somebody else meanwhile is shown; what was typed is kept. */
export function Edit({ subject, focus, onDone }: EditProps) {
  const [base, setBase] = useState<Base | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const load = () => {
    setError(null);
    readBase(subject).then(setBase, setError);
  };
  useEffect(load, [subject.project, subject.type, subject.entity]);
  if (error) return <LoadError error={error} retry={load} />;
  if (base === null) return <Skeleton lines={5} />;
  return <Form subject={subject} base={base} setBase={setBase} focus={focus} onDone={onDone} />;
}

async function readBase({ project, type, entity }: Subject): Promise<Base> {
  const { version, made, etag } = await readCurrent(project, type, entity);
  return { version, data: made.data as Data, etag };
}

function Form({
  subject,
  base,
  setBase,
  focus,
  onDone,
}: {
  subject: Subject;
  base: Base;
  setBase: (b: Base) => void;
  focus: string | undefined;
  onDone: () => void;
}) {
  const { type } = subject;
  const fields = fieldsOf[type]!;
  const [typed, setTyped] = useState<Typed>(() => typedOf(type, base.data));
  const [reason, setReason] = useState("");
  const [conflicts, setConflicts] = useState<{ version: number; names: readonly string[] } | null>(null);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failed, setFailed] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const changed = useMemo(() => changedFields(fields, base.data, typed), [fields, base, typed]);
  const dirty = changed.length > 0 && !busy;
  useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname && !confirm(text.edit.leave),
    enableBeforeUnload: () => dirty,
  });
  useEffect(() => {
    const first = focus ? `[name="${focus}"]` : "input, textarea, select";
    form.current?.querySelector<HTMLElement>(first)?.focus();
  }, [focus]);
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);

  const save = async () => {
    setBusy(true);
    setFailed(null);
    setErrors({});
    try {
      const version = await store(subject, base, typed, reason);
      await client.invalidateQueries({ queryKey: ["project", subject.project] });
      toast(text.edit.saved(subject.what, formatCount(version)));
      onDone();
      return;
    } catch (e) {
      if (e instanceof ApiError && e.status === 412) await changedMeanwhile();
      else if (e instanceof ApiError && e.status === 422 && e.problem?.errors) setErrors(byField(e.problem.errors));
      else setFailed(e as Error);
    }
    setBusy(false);
  };
  const changedMeanwhile = async () => {
    try {
      const now = await readBase(subject);
      const next = rebase(fields, base.data, now.data, typed);
      setTyped(next.typed);
      setConflicts({ version: now.version, names: next.conflicts });
      setBase(now);
    } catch (e) {
      setFailed(e as Error);
    }
  };
  const set = (name: string, value: Typed[string]) => setTyped((t) => ({ ...t, [name]: value }));
  const wrong = Object.keys(errors).length;
  const off = changed.length === 0 ? text.edit.unchanged : null;
  return (
    <form
      ref={form}
      className="edit stack"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        if (off === null && !busy) void save();
      }}
    >
      {conflicts && (
        <Banner tone="wait" icon="out" title={text.edit.conflictTitle}>
          {text.edit.conflict(formatCount(conflicts.version))}
        </Banner>
      )}
      {type === "canonical_script" && <p className="small quiet">{text.edit.scriptHint}</p>}
      <div className="edit-fields">
        {fields.map((f) => (
          <FieldInput
            key={f.name}
            field={f}
            id={`${id}-${f.name}`}
            value={typed[f.name] ?? ""}
            error={errors[f.name]}
            changed={changed.includes(f.name)}
            onChange={(v) => set(f.name, v)}
          >
            {conflicts?.names.includes(f.name) && changed.includes(f.name) && (
              <div className="conflict small">
                <span className="quiet">{text.edit.theirs}:</span>{" "}
                <bdi>{showValue(toValue(f, toTyped(f, base.data[f.name])))}</bdi>{" "}
                <Button small onClick={() => set(f.name, toTyped(f, base.data[f.name]))}>
                  {text.edit.take}
                </Button>
              </div>
            )}
          </FieldInput>
        ))}
      </div>
      <div className="field">
        <label htmlFor={`${id}-reason`}>{text.edit.reason}</label>
        <input
          id={`${id}-reason`}
          className="input"
          value={reason}
          maxLength={1000}
          aria-describedby={`${id}-reason-hint`}
          onChange={(e) => setReason(e.target.value)}
        />
        <span className="hint" id={`${id}-reason-hint`}>
          {text.edit.reasonHint}
        </span>
      </div>
      {wrong > 0 && (
        <Banner tone="bad" icon="out" title={text.edit.invalid(wrong)}>
          {errors[""]}
        </Banner>
      )}
      {failed && <LoadError error={failed} />}
      <div className="row wrap edit-foot">
        <Button onClick={onDone}>{common.back}</Button>
        <Button look="primary" type="submit" off={off} disabled={busy} aria-busy={busy}>
          {text.edit.save}
        </Button>
      </div>
    </form>
  );
}

const typedOf = (type: string, data: Data): Typed =>
  Object.fromEntries(fieldsOf[type]!.map((f) => [f.name, toTyped(f, data[f.name])]));

/** Stores an edit, and returns its version. */
async function store({ project, type, entity }: Subject, base: Base, typed: Typed, reason: string): Promise<number> {
  const why = reason.trim() || text.edit.noReason;
  const { data } = await takeAnswer(
    api.POST("/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/edit", {
      params: {
        path: { project_id: project, artifact_type: type, entity_id: entity },
        header: base.etag ? { "If-Match": base.etag } : {},
      },
      body: { data: editedData(type, base.data, typed, why), rationale: why },
    }),
  );
  return data.version;
}

/** What is wrong, by the field that it is shown at; "" is for what belongs to none. */
function byField(details: readonly { pointer?: string; detail: string; message: string }[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const d of details) {
    const name = d.pointer?.split("/")[2] ?? "";
    found[name] ??= name === "" ? d.message : d.detail;
  }
  return found;
}
