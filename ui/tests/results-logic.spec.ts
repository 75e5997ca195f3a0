import { expect, test } from "@playwright/test";
import { diffText } from "../src/views/results/diff";
import { changedFields, editedData, fieldsOf, rebase, toTyped, type Data, type Typed } from "../src/views/results/fields";
import { dayOrNight, filterScenes, makeFilm, sortScenes } from "../src/views/results/film";
import { pieces, readLines } from "../src/views/results/lines";
import type { Artifacts } from "../src/views/results/data";

const script = `Title: X

INT. KITCHEN - NIGHT

NORA waits. *Long*.

NORA
(softly)
Did I wake you?

EXT. STRAND - CONTINUOUS

> THE END <
`;

/** Two scenes as the program reads them from the script. */
const artifacts = {
  script: null,
  index: null,
  config: null,
  scenes: [
    scene(1, "INT. KITCHEN - NIGHT", "INT", "NIGHT", 3, 10, [
      ["scene_heading", "INT. KITCHEN - NIGHT"],
      ["action", "NORA waits. *Long*."],
      ["character", "NORA"],
      ["parenthetical", "(softly)"],
      ["dialogue", "Did I wake you?"],
    ]),
    scene(2, "EXT. STRAND - CONTINUOUS", "EXT", "CONTINUOUS", 11, 13, [
      ["scene_heading", "EXT. STRAND - CONTINUOUS"],
      ["action", "THE END", "centered"],
    ]),
  ],
} as unknown as Artifacts;

function scene(n: number, heading: string, place: string, time: string, from: number, to: number, elements: string[][]) {
  return {
    metadata: { ref: { entity_id: `scene_00${n}`, version: 1 }, health: "valid", source: "code" },
    data: {
      scene_id: `scene_00${n}`,
      scene_number: n,
      number: null,
      heading,
      location: heading,
      time_of_day: time,
      int_ext: place,
      int_ext_written: place,
      characters_present: n === 1 ? ["NORA"] : [],
      dialogue_blocks: n === 1 ? 1 : 0,
      page_eighths: n,
      canonical_span: { start_line: from, end_line: to },
      elements: elements.map(([element_type, content, written_as]) => ({ element_type, content, written_as })),
    },
  };
}

test("Film_ContinuousSceneHasTheTimeOfTheOneBefore", () => {
  const film = makeFilm(artifacts);
  expect(film.scenes.map((s) => s.kind)).toEqual(["int-night", "ext-night"]);
  expect(dayOrNight("夜明け", null)).toBe("day");
  expect(dayOrNight("深夜", null)).toBe("night");
  expect(dayOrNight("UNSPECIFIED", "day")).toBe(null);
});

test("Film_FilterAndOrderOfScenes", () => {
  const { scenes } = makeFilm(artifacts);
  expect(filterScenes(scenes, { cast: "NORA" })).toEqual([scenes[0]]);
  expect(filterScenes(scenes, { q: "strand ext" })).toEqual([scenes[1]]);
  expect(sortScenes(scenes, "-length")).toEqual([scenes[1], scenes[0]]);
  expect(sortScenes(scenes, "no such order")).toEqual(scenes);
});

test("Lines_AreWhatTheScenesSay", () => {
  const kinds = readLines(script, makeFilm(artifacts).scenes).map((l) => l.kind);
  expect(kinds.filter((k) => k !== "blank")).toEqual([
    "front",
    "heading",
    "action",
    "character",
    "parenthetical",
    "dialogue",
    "heading",
    "centered",
  ]);
});

test("Lines_EmphasisIsTakenApart", () => {
  expect(pieces("the _Perpetua_ **now**, 2 * 3 * 4")).toEqual([
    { text: "the ", style: "plain" },
    { text: "Perpetua", style: "u" },
    { text: " ", style: "plain" },
    { text: "now", style: "b" },
    { text: ", 2 * 3 * 4", style: "plain" },
  ]);
});

test("Diff_JoinsWordsThatChangeTogether", () => {
  expect(diffText("the old blue clock", "the new red clock")).toEqual([
    { kind: "same", text: "the " },
    { kind: "removed", text: "old blue" },
    { kind: "added", text: "new red" },
    { kind: "same", text: " clock" },
  ]);
});

const fields = fieldsOf["scene"]!;
const before = {
  heading: "A",
  location: "B",
  tone_shifts: [],
  narrative_beats: [],
  characters_present: ["X"],
  page_eighths: 3,
} as Data;
const typedOf = (data: Data): Typed => Object.fromEntries(fields.map((f) => [f.name, toTyped(f, data[f.name])]));

test("Fields_RebaseKeepsWhatWasTypedAndTakesTheRest", () => {
  const typed = { ...typedOf(before), heading: "mine", location: "mine too" };
  const now = { ...before, location: "theirs", page_eighths: 5 };
  const { typed: next, conflicts } = rebase(fields, before, now, typed);
  expect(next).toMatchObject({ heading: "mine", location: "mine too", page_eighths: "5" });
  expect(conflicts).toEqual(["location"]);
  expect(changedFields(fields, before, typedOf(before))).toEqual([]);
});

test("Fields_PersonsValueLosesTheModelsProvenance", () => {
  const data = { ...before, provenance: [{ field_name: "heading" }, { field_name: "location" }] } as unknown as Data;
  const edited = editedData("scene", data, { ...typedOf(data), heading: "mine" }, "why");
  expect(edited).toMatchObject({ heading: "mine", location: "B", provenance: [{ field_name: "location" }] });
});
