import type { Schemas } from "~/api/types";
import { results as text } from "~/text/results";

type JSONValue = Schemas["JSONValue"];
export type Data = Record<string, JSONValue>;

/** How a field is typed: a text, one of closed values, a number, a list with one item a line, story beats. */
export type FieldKind = "line" | "text" | "script" | "choice" | "whole" | "number" | "list" | "beats";

/** A field of an artifact that a person can change. */
export interface Field {
  name: string;
  kind: FieldKind;
  /** The values of a choice. */
  values?: readonly string[];
  /** Nothing typed means null: it is not known. */
  optional?: boolean;
  /** Values that are proposed, where others are possible. */
  suggest?: readonly string[];
}

const intExt: readonly Schemas["SceneData"]["int_ext"][] = ["INT", "EXT", "INT/EXT"];
const production: readonly Schemas["ProjectConfigData"]["production_mode"][] = ["ai_generated", "irl", "hybrid"];
const control: readonly Schemas["ProjectConfigData"]["human_control_mode"][] = ["autonomous", "checkpoint", "advisory"];

/** What of an artifact a person can change. Structure that is read off the script changes with the script. */
export const fieldsOf: Record<string, readonly Field[]> = {
  scene: [
    { name: "heading", kind: "line" },
    { name: "number", kind: "line", optional: true },
    { name: "int_ext", kind: "choice", values: intExt },
    { name: "location", kind: "line" },
    { name: "time_of_day", kind: "line", suggest: ["DAY", "NIGHT", "DAWN", "DUSK", "CONTINUOUS", "LATER", "UNSPECIFIED"] },
    { name: "characters_present", kind: "list" },
    { name: "page_eighths", kind: "whole" },
    { name: "summary", kind: "text", optional: true },
    { name: "tone_mood", kind: "line", optional: true },
    { name: "tone_shifts", kind: "list" },
    { name: "narrative_beats", kind: "beats" },
  ],
  project_config: [
    { name: "title", kind: "line" },
    { name: "format", kind: "line", suggest: ["feature", "short_film", "series_episode", "unknown"] },
    { name: "estimated_duration_minutes", kind: "number", optional: true },
    { name: "genre", kind: "list" },
    { name: "tone", kind: "list" },
    { name: "logline", kind: "text", optional: true },
    { name: "target_audience", kind: "line", optional: true },
    { name: "primary_characters", kind: "list" },
    { name: "supporting_characters", kind: "list" },
    { name: "location_count", kind: "whole" },
    { name: "locations_summary", kind: "list" },
    { name: "aspect_ratio", kind: "line", suggest: ["16:9", "2.39:1", "1.85:1", "4:3", "9:16"] },
    { name: "production_mode", kind: "choice", values: production },
    { name: "human_control_mode", kind: "choice", values: control },
    { name: "budget_cap_usd", kind: "number", optional: true },
    { name: "default_model", kind: "line" },
  ],
  canonical_script: [{ name: "script_text", kind: "script" }],
};

/** What is typed in each field: text, or the rows of beats. */
export type Typed = Record<string, string | Beat[]>;

/** A beat as it is typed. */
export interface Beat {
  beat_type: string;
  description: string;
  approximate_location: string;
  confidence: number;
}

/** What stands in a field for a value. */
export function toTyped(f: Field, value: JSONValue | undefined): string | Beat[] {
  if (f.kind === "beats") {
    const beats = Array.isArray(value) ? (value as unknown as Schemas["BeatData"][]) : [];
    return beats.map((b) => ({ ...b, approximate_location: b.approximate_location ?? "" }));
  }
  if (value === null || value === undefined) return "";
  if (f.kind === "list") return Array.isArray(value) ? value.map(String).join("\n") : "";
  return String(value);
}

/** The value of what is typed in a field. A number that is none stays a text: the server says what is wrong with it. */
export function toValue(f: Field, typed: string | Beat[]): JSONValue {
  if (typeof typed !== "string") {
    return typed.map((b) => ({ ...b, approximate_location: b.approximate_location.trim() || null })) as unknown as JSONValue;
  }
  if (f.kind === "list")
    return typed
      .split("\n")
      .map((s) => s.trim())
      .filter(Boolean);
  if (f.kind === "script") return typed;
  const t = typed.trim();
  if (t === "" && f.optional) return null;
  if (f.kind === "whole" || f.kind === "number") {
    const n = Number(t.replace(",", "."));
    return t === "" || Number.isNaN(n) ? t : n;
  }
  return t;
}

/** Whether two values are the same, whatever the order of members. */
export const sameValue = (a: unknown, b: unknown): boolean => stable(a) === stable(b);

function stable(v: unknown): string {
  if (Array.isArray(v)) return `[${v.map(stable).join(",")}]`;
  if (typeof v === "object" && v !== null) {
    const o = v as Record<string, unknown>;
    return `{${Object.keys(o)
      .sort()
      .map((k) => JSON.stringify(k) + ":" + stable(o[k]))
      .join(",")}}`;
  }
  return JSON.stringify(v ?? null);
}

/** The names of the fields in which what is typed is another value than the one of data. */
export function changedFields(fields: readonly Field[], data: Data, typed: Typed): string[] {
  return fields
    .filter((f) => !sameValue(toValue(f, typed[f.name] ?? ""), toValue(f, toTyped(f, data[f.name]))))
    .map((f) => f.name);
}

/**
 * The data of an edit: that of the version with what was typed. What was known of how a value came about
 * goes, since a person gave the value: a scene's provenance of it, a setting's detection.
 */
export function editedData(type: string, data: Data, typed: Typed, reason: string): Data {
  const fields = fieldsOf[type] ?? [];
  const changed = changedFields(fields, data, typed);
  const out: Data = { ...data };
  for (const f of fields) if (changed.includes(f.name)) out[f.name] = toValue(f, typed[f.name] ?? "");
  if (type === "scene") {
    const provenance = data["provenance"] as unknown as Schemas["ProvenanceData"][];
    out["provenance"] = provenance.filter((p) => !changed.includes(p.field_name)) as unknown as JSONValue;
  }
  if (type === "project_config") {
    const details = { ...(data["detection_details"] as Record<string, JSONValue>) };
    for (const name of changed) {
      details[name] = {
        value: out[name]!,
        confidence: 1,
        rationale: reason,
        source: "user_specified",
        by: "person",
      } as JSONValue;
    }
    out["detection_details"] = details;
  }
  if (type === "canonical_script" && changed.length > 0) {
    out["line_count"] = (out["script_text"] as string).replace(/\n$/, "").split("\n").length;
  }
  return out;
}

/** What is typed after somebody else's change: theirs where nothing was typed, else what was typed. */
export function rebase(fields: readonly Field[], before: Data, now: Data, typed: Typed): { typed: Typed; conflicts: string[] } {
  const mine = changedFields(fields, before, typed);
  const next: Typed = {};
  const conflicts: string[] = [];
  for (const f of fields) {
    const kept = mine.includes(f.name);
    next[f.name] = kept ? (typed[f.name] ?? "") : toTyped(f, now[f.name]);
    if (kept && !sameValue(before[f.name], now[f.name])) conflicts.push(f.name);
  }
  return { typed: next, conflicts };
}

/** A value as a person reads it. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return text.settings.none;
  if (Array.isArray(value)) return value.length === 0 ? text.settings.empty : value.map(showValue).join(", ");
  if (typeof value === "object") {
    const entries = Object.entries(value);
    return entries.length === 0 ? text.settings.empty : entries.map(([k, v]) => `${k}: ${showValue(v)}`).join(", ");
  }
  const s = String(value);
  return text.values[s] ?? s;
}
