import { formatCount } from "~/format/format";

/** How people call a unit of a stage: "scene 13" for scene_013, as the events call it. */
export function unitName(id: string): string {
  const numbered = /^(scene|chunk)_(\d+)$/.exec(id);
  if (numbered) return `${numbered[1] === "scene" ? "scene" : "part"} ${Number(numbered[2])}`;
  if (id === "project") return "the settings proposal";
  if (id === "") return "the whole text";
  return id.replaceAll("_", " ");
}

/** How many tries gave nothing: those that failed, and those that were given up, which cost too. */
export function lostTries(failed: number, givenUp: number): string {
  return formatCount(failed) + (givenUp > 0 ? ` and ${formatCount(givenUp)} given up` : "");
}
