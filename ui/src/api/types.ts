import type { components } from "./schema.gen";

/** The schemas of the API's document by name. */
export type Schemas = components["schemas"];

/** An event of the log: of a run, or of a provider, project, input, artifact or chat. */
export type LogEvent = Schemas["Event"];

/** An event of a run: it has a run and a number in it. */
export type RunEvent = Extract<LogEvent, { seq: number; run_id: string }>;

export type Run = Schemas["State"];
export type RunState = Schemas["RunState"];
export type Overview = Schemas["Overview"];
export type Provider = Schemas["Provider"];
export type Remedy = Schemas["Remedy"];
export type ErrorClass = Schemas["ErrorClass"];
