import type { Schemas } from "~/api/types";
import type { Artifacts, Made, SceneData } from "./data";

/** Where and when a scene plays, as a strip of a production board is coloured. */
export type Kind = "int-day" | "int-night" | "ext-day" | "ext-night" | "mixed";

export const kinds: readonly Kind[] = ["int-day", "int-night", "ext-day", "ext-night", "mixed"];

/** A scene as lists and pictures show it. */
export interface Scene {
  id: string;
  /** The script's own number, else the place in the order. */
  number: string;
  order: number;
  heading: string;
  location: string;
  timeOfDay: string;
  intExt: SceneData["int_ext"];
  kind: Kind;
  eighths: number;
  cast: readonly string[];
  speeches: Readonly<Record<string, number>>;
  speechCount: number;
  start: number;
  end: number;
  summary: string | null;
  health: Schemas["ArtifactHealth"];
  source: Schemas["ArtifactSource"];
  version: number;
  made: Made<SceneData>;
  /** What a search looks through, in lower case. */
  words: string;
}

/** How much of a film is something. */
export interface Share {
  name: string;
  amount: number;
  scenes: readonly Scene[];
}

/** The scenes of a script, and what is counted over them. */
export interface Film {
  scenes: readonly Scene[];
  byId: ReadonlyMap<string, Scene>;
  eighths: number;
  /** The length of the script; null where it is not known. */
  pages: number | null;
  /** The speaking parts, by speeches. */
  cast: readonly Share[];
  /** The locations, by length. */
  locations: readonly Share[];
}

const night = /NIGHT|DUSK|EVENING|MIDNIGHT|SUNSET|TWILIGHT|NACHT|ABEND|NUIT|SOIR|NOCHE|NOTTE|夜(?!明)|夕|晚|밤|저녁|ليل|مساء/;
const day = /DAY|DAWN|MORNING|NOON|SUNRISE|TAG|MORGEN|JOUR|MATIN|DÍA|GIORNO|夜明|朝|昼|午|早|日|낮|아침|نهار|صباح/;
const same = /CONTINUOUS|LATER|SAME|MOMENTS/;

/** Whether a time of the day is day or night. What goes on from the scene before has its time; else it is not known. */
export function dayOrNight(timeOfDay: string, before: "day" | "night" | null): "day" | "night" | null {
  const t = timeOfDay.toUpperCase();
  if (night.test(t)) return "night";
  if (day.test(t)) return "day";
  return same.test(t) ? before : null;
}

/** The name of a speaker without what stands behind it, such as (V.O.). */
const speaker = (cue: string): string => cue.replace(/\s*\([^)]*\)/g, "").trim();

/** How often each speaks: cues that a speech follows. */
export function countSpeeches(elements: readonly Schemas["SceneElementData"][]): Record<string, number> {
  const speeches: Record<string, number> = {};
  for (const e of elements) {
    if (e.element_type !== "character") continue;
    const name = speaker(e.content);
    speeches[name] = (speeches[name] ?? 0) + 1;
  }
  return speeches;
}

/** Makes the scenes of what runs and people made. */
export function makeFilm({ scenes, index }: Artifacts): Film {
  const entries = new Map(index?.data.entries.map((e) => [e.scene_id, e]));
  let time: "day" | "night" | null = null;
  const all = scenes.map((made, i): Scene => {
    const d = made.data;
    const written = d.time_of_day === "UNSPECIFIED" ? (d.heading.split(/[-–—\s　]/).at(-1) ?? "") : d.time_of_day;
    time = dayOrNight(written, time);
    const place = d.int_ext_written === "EST" ? "EXT" : d.int_ext; // an establishing shot is one from outside
    const speeches = entries.get(d.scene_id)?.speeches ?? countSpeeches(d.elements);
    const cast = d.characters_present;
    return {
      id: made.metadata.ref.entity_id,
      number: d.number ?? String(d.scene_number ?? i + 1),
      order: i,
      heading: d.heading,
      location: d.location,
      timeOfDay: d.time_of_day,
      intExt: d.int_ext,
      kind: place === "INT/EXT" || time === null ? "mixed" : (`${place.toLowerCase()}-${time}` as Kind),
      eighths: d.page_eighths,
      cast,
      speeches,
      speechCount: d.dialogue_blocks,
      start: d.canonical_span.start_line,
      end: d.canonical_span.end_line,
      summary: d.summary,
      health: made.metadata.health,
      source: made.metadata.source,
      version: made.metadata.ref.version,
      made,
      words: [d.number, d.heading, d.summary, d.tone_mood, ...cast].join("\n").toLowerCase(),
    };
  });
  return {
    scenes: all,
    byId: new Map(all.map((s) => [s.id, s])),
    eighths: all.reduce((n, s) => n + s.eighths, 0),
    pages: index?.data.pages ?? null,
    cast: shares(all, (s) => Object.entries(s.speeches)),
    locations: shares(all, (s) => [[s.location, s.eighths]]),
  };
}

/** Adds up what scenes have of each name, the most first. */
function shares(scenes: readonly Scene[], of: (s: Scene) => [string, number][]): Share[] {
  const found = new Map<string, { amount: number; scenes: Scene[] }>();
  for (const s of scenes) {
    for (const [name, amount] of of(s)) {
      const share = found.get(name) ?? { amount: 0, scenes: [] };
      share.amount += amount;
      share.scenes.push(s);
      found.set(name, share);
    }
  }
  return [...found].map(([name, share]) => ({ name, ...share })).sort((a, b) => b.amount - a.amount);
}

/** What of the scenes is shown: each member that is set has to hold. */
export interface Filter {
  q?: string | undefined;
  location?: string | undefined;
  cast?: string | undefined;
  set?: string | undefined;
  time?: string | undefined;
}

/** The scenes that a filter lets through. */
export function filterScenes(scenes: readonly Scene[], f: Filter): readonly Scene[] {
  const words = (f.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && !f.location && !f.cast && !f.set && !f.time) return scenes;
  return scenes.filter(
    (s) =>
      (!f.location || s.location === f.location) &&
      (!f.cast || s.cast.includes(f.cast) || f.cast in s.speeches) &&
      (!f.set || s.intExt === f.set) &&
      (!f.time || s.timeOfDay === f.time) &&
      words.every((w) => s.words.includes(w)),
  );
}

/** By what scenes can be sorted; a minus before it turns the order round. */
export type SortKey = "number" | "heading" | "length" | "cast" | "speeches" | "health";

const compare: Record<SortKey, (a: Scene, b: Scene) => number> = {
  number: (a, b) => a.order - b.order,
  heading: (a, b) => a.location.localeCompare(b.location) || a.heading.localeCompare(b.heading),
  length: (a, b) => a.eighths - b.eighths,
  cast: (a, b) => a.cast.length - b.cast.length,
  speeches: (a, b) => a.speechCount - b.speechCount,
  health: (a, b) => urgency(a) - urgency(b),
};

const urgency = (s: Scene) => ["stale", "needs_revision", "needs_review", "valid", "confirmed_valid"].indexOf(s.health);

/** Reads the order of a list from an address. */
export function readSort(sort: string | undefined): { key: SortKey; down: boolean } {
  const down = sort?.startsWith("-") ?? false;
  const key = (down ? sort!.slice(1) : sort) as SortKey;
  return key in compare ? { key, down } : { key: "number", down: false };
}

/** The scenes in an order; those that are equal in it stay in the order of the script. */
export function sortScenes(scenes: readonly Scene[], sort: string | undefined): readonly Scene[] {
  const { key, down } = readSort(sort);
  if (key === "number" && !down) return scenes;
  const sign = down ? -1 : 1;
  return [...scenes].sort((a, b) => sign * compare[key](a, b) || a.order - b.order);
}

/** The distinct values of scenes, in the order of the language. */
export function valuesOf(scenes: readonly Scene[], of: (s: Scene) => readonly string[]): string[] {
  return [...new Set(scenes.flatMap(of))].sort((a, b) => a.localeCompare(b));
}

/** The scene that a line of the script belongs to; null before the first one. */
export function sceneAt(scenes: readonly Scene[], line: number): Scene | null {
  let low = 0;
  let high = scenes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (scenes[middle]!.start <= line) low = middle + 1;
    else high = middle - 1;
  }
  return scenes[high] ?? null;
}
