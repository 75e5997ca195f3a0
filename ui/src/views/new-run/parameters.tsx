import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { inputs, models } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { newRun as text } from "~/text/new-run";
import { useChoices, type Ready } from "./choices";

type Parameter = Schemas["RecipeParameter"];

/** What the recipe lets a run set, as a form; what the start sets by itself is not in it. */
export function Parameters({ choices, recipe }: { choices: Ready; recipe: Schemas["RecipeDetail"] | undefined }) {
  const [, change] = useChoices();
  const set = (name: string, value: unknown) => {
    const params = { ...choices.params };
    if (value === undefined) delete params[name];
    else params[name] = value;
    change({ params: Object.keys(params).length > 0 ? params : undefined });
  };
  return (recipe?.parameters ?? [])
    .filter((p) => !p.automatic)
    .map((p) => (
      <Field
        key={`${recipe?.recipe_id} ${p.name}`}
        parameter={p}
        project={choices.project}
        value={choices.params?.[p.name]}
        onChange={(v) => set(p.name, v)}
      />
    ));
}

interface FieldProps {
  parameter: Parameter;
  project: string;
  value: unknown;
  onChange: (value: unknown) => void;
}

function Field(props: FieldProps) {
  const { parameter: p } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        <code>{p.name}</code> {p.required && <span className="hint">{text.recipe.required}</span>}
      </label>
      <Control {...props} id={id} />
      <span className="hint" id={`${id}-hint`}>
        {p.description}
      </span>
    </div>
  );
}

function Control(props: FieldProps & { id: string }) {
  const { parameter: p, value, onChange, id } = props;
  if (p.name === "config_file") return <FileControl {...props} />;
  switch (p.type) {
    case "bool":
      return (
        <input
          id={id}
          type="checkbox"
          className="tick"
          checked={Boolean(value ?? p.default)}
          onChange={(e) => onChange(e.target.checked === Boolean(p.default) ? undefined : e.target.checked)}
        />
      );
    case "int":
    case "number":
      return <TypedControl {...props} read={readNumber} show={String} wrong={text.recipe.numberWrong} />;
    case "object":
    case "list":
      return <TypedControl {...props} long read={readJson(p.type)} show={JSON.stringify} wrong={text.recipe.jsonWrong} />;
    case "model":
      return <ModelControl {...props} />;
    default:
      return <TypedControl {...props} read={(s) => s} show={String} wrong="" />;
  }
}

const readNumber = (s: string): number | undefined => (s.trim() !== "" && Number.isFinite(Number(s)) ? Number(s) : undefined);

const readJson =
  (type: "object" | "list") =>
  (s: string): unknown => {
    try {
      const v: unknown = JSON.parse(s);
      const fits = type === "list" ? Array.isArray(v) : typeof v === "object" && v !== null && !Array.isArray(v);
      return fits ? v : undefined;
    } catch {
      return undefined;
    }
  };

/** A field whose text is read as a value: what can't be read stays in it, and is said. */
function TypedControl({
  id,
  parameter: p,
  value,
  onChange,
  read,
  show,
  wrong,
  long,
  list,
}: FieldProps & {
  id: string;
  read: (s: string) => unknown;
  show: (v: unknown) => string;
  wrong: string;
  long?: boolean;
  list?: string;
}) {
  const [typed, setTyped] = useState(value === undefined ? "" : show(value));
  const bad = typed.trim() !== "" && read(typed) === undefined;
  const common = {
    id,
    className: long ? "input mono" : "input",
    value: typed,
    placeholder: p.default === null || p.default === undefined ? "" : show(p.default),
    "aria-invalid": bad || undefined,
    "aria-describedby": `${id}-hint`,
    onChange: (e: { target: { value: string } }) => {
      setTyped(e.target.value);
      if (e.target.value.trim() === "") onChange(undefined);
      else if (read(e.target.value) !== undefined) onChange(read(e.target.value));
    },
  };
  return (
    <>
      {long ? <textarea rows={3} {...common} /> : <input list={list} {...common} />}
      {bad && <span className="hint bad">{wrong}</span>}
    </>
  );
}

function ModelControl(props: FieldProps & { id: string }) {
  const { data } = useQuery(models());
  const list = `${props.id}-models`;
  return (
    <>
      <TypedControl {...props} list={list} read={(s) => s} show={String} wrong="" />
      <datalist id={list}>
        {data?.map((m) => (
          <option key={`${m.provider}:${m.model}`} value={`${m.provider}:${m.model}`} />
        ))}
      </datalist>
    </>
  );
}

/** Settings that lie in the project as a file. */
function FileControl({ id, project, value, onChange }: FieldProps & { id: string }) {
  const { data = [] } = useQuery(inputs(project));
  return (
    <select id={id} className="input" value={String(value ?? "")} onChange={(e) => onChange(e.target.value || undefined)}>
      <option value="">{text.recipe.fileNone}</option>
      {data.map((f) => (
        <option key={f.filename} value={f.stored_path}>
          {f.original_name}
        </option>
      ))}
    </select>
  );
}
