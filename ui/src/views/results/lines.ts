import type { Schemas } from "~/api/types";
import type { Scene } from "./film";

/** What a line of a screenplay is, as the scenes say it; "front" is the title page. */
export type LineKind =
  | "heading"
  | "action"
  | "character"
  | "dialogue"
  | "parenthetical"
  | "transition"
  | "centered"
  | "note"
  | "front"
  | "blank";

/** A line of the script. */
export interface Line {
  number: number;
  text: string;
  kind: LineKind;
  /** The scene that it belongs to. */
  scene: Scene | null;
}

/** Takes away what Fountain writes around a text, so that a line can be found in what was read of it. */
const bare = (s: string): string =>
  s
    .replace(/#[^#]*#\s*$/, "")
    .replace(/^[.@!>~=\s]+|[<^\s]+$/g, "")
    .replace(/[*_\\]/g, "")
    .replace(/\s+/g, " ")
    .trim();

const kindOf: Record<string, LineKind> = {
  scene_heading: "heading",
  action: "action",
  character: "character",
  dialogue: "dialogue",
  parenthetical: "parenthetical",
  transition: "transition",
  note: "note",
};

/** How many elements may lie between one line's and the next one's: notes and the like can be left out. */
const reach = 4;

/**
 * The lines of a script with what each is. Scenes list their elements in the order of the text; a
 * line belongs to the first element from the last one on that holds it.
 */
export function readLines(text: string, scenes: readonly Scene[]): Line[] {
  const rows = text.split(/\r\n|\r|\n/);
  if (rows.at(-1) === "") rows.pop();
  let next = 0;
  let scene: Scene | null = null;
  let elements: { kind: LineKind; text: string }[] = [];
  let at = 0;
  let before: LineKind = "blank";
  const read = (row: string, i: number): Line => {
    const number = i + 1;
    while (next < scenes.length && scenes[next]!.start <= number) {
      scene = scenes[next++]!;
      elements = scene.made.data.elements.map(elementOf);
      at = 0;
    }
    const inside = scene !== null && number <= scene.end ? scene : null;
    const line = (kind: LineKind): Line => ({ number, text: row, kind, scene: inside });
    if (row.trim() === "") return line("blank");
    if (scene === null) return line("front");
    if (number === scene.start) {
      if (elements[0]?.kind === "heading") at = 1;
      return line("heading");
    }
    if (elements.length === 0) return line(guess(row, rows[i - 1] ?? "", rows[i + 1] ?? "", before));
    const key = bare(row);
    const ahead = elements.slice(at, at + reach);
    // A whole element first: a cue's name may stand in the action above it, too.
    let j = ahead.findIndex((e) => e.text === key);
    if (j < 0 && elements[at - 1]?.text.includes(key)) j = -1;
    else if (j < 0) j = ahead.findIndex((e) => e.text.includes(key));
    const found = elements[at + j];
    if (found === undefined || !found.text.includes(key)) return line("action");
    at += j + 1;
    return line(found.kind);
  };
  return rows.map((row, i) => {
    const line = read(row, i);
    before = line.kind;
    return line;
  });
}

/** What a line is by the rules of Fountain, where its scene's elements are not known yet. */
function guess(row: string, above: string, below: string, before: LineKind): LineKind {
  const t = row.trim();
  const cue = t.startsWith("@") || (t === t.toUpperCase() && t !== t.toLowerCase());
  if (above.trim() === "" && cue && below.trim() !== "") return "character";
  if (above.trim() === "" && (/^>[^<]*$/.test(t) || (cue && t.endsWith("TO:")))) return "transition";
  if (t.startsWith(">") && t.endsWith("<")) return "centered";
  if (before !== "character" && before !== "dialogue" && before !== "parenthetical") return "action";
  return t.startsWith("(") ? "parenthetical" : "dialogue";
}

function elementOf(e: Schemas["SceneElementData"]): { kind: LineKind; text: string } {
  const kind = e.written_as === "centered" ? "centered" : (kindOf[e.element_type] ?? "action");
  return { kind, text: bare(e.content) };
}

/** A line as it is shown: without the signs that only force what it is. */
export function shownText(line: Line): string {
  const t = line.text.trim();
  switch (line.kind) {
    case "character":
      return t.replace(/^@/, "").replace(/\s*\^$/, "");
    case "centered":
      return t.replace(/^>\s*|\s*<$/g, "");
    case "transition":
      return t.replace(/^>\s*/, "");
    case "heading":
      return t.replace(/^\.(?!\.)/, "").replace(/\s*#[^#]*#$/, "");
    case "dialogue":
      return t.replace(/^~/, "");
    case "action":
      return line.text.trimEnd().replace(/^!/, "");
    default:
      return t;
  }
}

/** A piece of a text in one style. */
export interface Piece {
  text: string;
  style: "plain" | "i" | "b" | "u";
}

/** Takes the emphasis out of a text as Fountain writes it: *italic*, **bold**, _underlined_. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const m of text.matchAll(/(?<!\\)(\*{1,3}|_)(?=\S)(.+?)(?<=[^\s\\])\1/g)) {
    if (m.index > from) found.push({ text: text.slice(from, m.index), style: "plain" });
    found.push({ text: m[2]!.replace(/[*_]/g, ""), style: m[1] === "_" ? "u" : m[1] === "*" ? "i" : "b" });
    from = m.index + m[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), style: "plain" });
  return found;
}

/** The language of a text by its script, where its letters say it: for fonts and for readers aloud. */
export function languageOf(text: string): string | undefined {
  const part = text.slice(0, 20_000);
  const has = (re: RegExp) => (part.match(re)?.length ?? 0) > 20;
  if (has(/[\u3040-\u30ff]/g)) return "ja";
  if (has(/[\uac00-\ud7af]/g)) return "ko";
  if (has(/[\u4e00-\u9fff]/g)) return "zh";
  if (has(/[\u0600-\u06ff]/g)) return "ar";
  if (has(/[\u0590-\u05ff]/g)) return "he";
  if (has(/[\u0400-\u04ff]/g)) return "ru";
  if (has(/[\u0370-\u03ff]/g) && !/[a-z]{4}/i.test(part)) return "el";
  return undefined;
}
