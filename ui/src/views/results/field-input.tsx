import { useId, type ReactNode } from "react";
import { Button } from "~/design/parts";
import { formatCount } from "~/format/format";
import { results as text } from "~/text/results";
import type { Beat, Field } from "./fields";

interface FieldProps {
  field: Field;
  id: string;
  value: string | Beat[];
  error: string | undefined;
  changed: boolean;
  onChange: (value: string | Beat[]) => void;
  children?: ReactNode;
}

/** A field with its name, what is wrong with it, and what stands there for others. */
export function FieldInput({ field, id, value, error, changed, onChange, children }: FieldProps) {
  const wide = field.kind === "text" || field.kind === "beats" || field.kind === "script";
  return (
    <div className={["field", wide && "wide", changed && "is-changed"].filter(Boolean).join(" ")}>
      {field.kind === "beats" ? (
        <span className="lbl" id={id}>
          {text.fields[field.name] ?? field.name}
        </span>
      ) : (
        <label htmlFor={id}>{text.fields[field.name] ?? field.name}</label>
      )}
      {typeof value === "string" ? (
        <Control field={field} id={id} value={value} error={error} onChange={onChange} />
      ) : (
        <Beats label={id} beats={value} onChange={onChange} />
      )}
      {field.kind === "list" && <span className="hint">{text.edit.perLine}</span>}
      {error && (
        <span className="hint bad" id={`${id}-error`}>
          {error}
        </span>
      )}
      {children}
    </div>
  );
}

function Control({
  field,
  id,
  value,
  error,
  onChange,
}: {
  field: Field;
  id: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const list = useId();
  const shared = {
    id,
    name: field.name,
    value,
    className: "input",
    dir: "auto" as const,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": error ? `${id}-error` : undefined,
    placeholder: field.optional ? text.edit.nothingYet : undefined,
    onChange: (e: { target: { value: string } }) => onChange(e.target.value),
  };
  switch (field.kind) {
    case "choice":
      return (
        <select {...shared}>
          {field.values!.map((v) => (
            <option key={v} value={v}>
              {text.values[v] ?? v}
            </option>
          ))}
          {!field.values!.includes(value) && <option value={value}>{value}</option>}
        </select>
      );
    case "text":
      return <textarea {...shared} rows={3} />;
    case "script":
      return <textarea {...shared} className="input script-text" rows={24} spellCheck={false} />;
    case "list":
      return <textarea {...shared} rows={Math.min(8, Math.max(2, value.split("\n").length))} />;
    default:
      return (
        <>
          <input
            {...shared}
            inputMode={field.kind === "whole" ? "numeric" : field.kind === "number" ? "decimal" : undefined}
            list={field.suggest ? list : undefined}
            autoComplete="off"
          />
          {field.suggest && (
            <datalist id={list}>
              {field.suggest.map((v) => (
                <option key={v} value={v}>
                  {text.values[v]}
                </option>
              ))}
            </datalist>
          )}
        </>
      );
  }
}

/** The texts of a beat, with the names of their fields. */
const beatTexts = [
  ["beat_type", text.scene.beat.type],
  ["description", text.scene.beat.what],
  ["approximate_location", text.scene.beat.where],
] as const;

/** The story beats of a scene, each in its row. */
function Beats({ label, beats, onChange }: { label: string; beats: Beat[]; onChange: (beats: Beat[]) => void }) {
  const set = (i: number, change: Partial<Beat>) => onChange(beats.map((b, j) => (j === i ? { ...b, ...change } : b)));
  return (
    <div className="stack tight" role="group" aria-labelledby={label}>
      {beats.map((b, i) => (
        <div key={i} className="beat-row">
          {beatTexts.map(([member, name]) => (
            <input
              key={member}
              className="input"
              dir="auto"
              aria-label={name}
              placeholder={name}
              value={b[member]}
              onChange={(e) => set(i, { [member]: e.target.value })}
            />
          ))}
          <Button
            look="plain"
            small
            icon="x"
            aria-label={text.edit.removeBeat(formatCount(i + 1))}
            onClick={() => onChange(beats.filter((_, j) => j !== i))}
          />
        </div>
      ))}
      <div>
        <Button
          small
          icon="plus"
          onClick={() => onChange([...beats, { beat_type: "", description: "", approximate_location: "", confidence: 1 }])}
        >
          {text.edit.addBeat}
        </Button>
      </div>
    </div>
  );
}
