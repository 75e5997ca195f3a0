import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "@playwright/test";
import type { Run, RunEvent } from "~/api/types";

const dir = new URL("golden/", import.meta.url).pathname;

/** A recorded run: its events, and the state that the server folds from them. */
export interface Recording {
  name: string;
  events: RunEvent[];
  state: Run;
}

/** The runs that TestPage_RecordedLogsAreCurrent of internal/systemtest records. */
export function recordings(): Recording[] {
  return readdirSync(dir)
    .filter((f) => f.endsWith(".json") && !f.endsWith(".view.json"))
    .map((f) => ({
      name: f.slice(0, -".json".length),
      ...(JSON.parse(readFileSync(dir + f, "utf8")) as Omit<Recording, "name">),
    }));
}

/** Compares a value with the one that is kept in a file; UPDATE_GOLDEN writes it down anew. */
export function expectKept(file: string, value: unknown): void {
  const now = JSON.stringify(value, null, 1) + "\n";
  if (process.env["UPDATE_GOLDEN"] || !existsSync(dir + file)) writeFileSync(dir + file, now);
  expect(now).toBe(readFileSync(dir + file, "utf8"));
}
