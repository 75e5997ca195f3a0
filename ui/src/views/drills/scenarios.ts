import type { Schemas } from "~/api/types";
import { drills as text } from "~/text/drills";

type Drill = Schemas["Drill"];

/** Scenarios that are about the same. */
export interface Group {
  title: string;
  text: string;
  drills: readonly Drill[];
}

/** The scenarios by what they are about, each once; what has no place of its own is for those who run the server. */
export function grouped(all: readonly Drill[]): Group[] {
  const placed = new Set(text.groups.flatMap((g) => Object.keys(g.drills)));
  const rest = all.filter((d) => !placed.has(d.name) && d.name !== "healthy");
  return text.groups
    .map((g, i) => {
      const own = Object.keys(g.drills).flatMap((name) => all.find((d) => d.name === name) ?? []);
      return { title: g.title, text: g.text, drills: i === text.groups.length - 1 ? [...own, ...rest] : own };
    })
    .filter((g) => g.drills.length > 0);
}

/** What a scenario teaches, if that is written. */
export function lesson(name: string): string | null {
  return text.groups.map((g) => g.drills[name]).find((l) => l !== undefined) ?? null;
}

/** The scenario of a name or an id. */
export const findDrill = (all: readonly Drill[], name: string | undefined): Drill | null =>
  all.find((d) => d.name === name || d.id === name) ?? null;
