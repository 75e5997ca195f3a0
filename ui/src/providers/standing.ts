import type { Provider, Schemas } from "~/api/types";
import type { IconName } from "~/design/icon";
import type { Tone } from "~/design/parts";

export type ProviderState = Schemas["ProviderState"];
type Gate = Schemas["Gate"];
type Model = Schemas["Model"];

/** How a provider is doing, in a word, with since when, until when and why. */
export interface Standing {
  state: ProviderState;
  since: string | null;
  /** When it is asked again, or probed; null where the next request decides. */
  until: string | null;
  model: string | null; // the one that is out, where the provider as a whole is not
  errorClass: Schemas["ErrorClass"] | null;
  httpStatus: number | null;
  /** The evidence, what the provider said, or the operator's reason. */
  reason: string | null;
  /** What a person can do; null where time alone helps. */
  hint: string | null;
  needsPerson: boolean;
}

const well: Standing = {
  state: "well",
  since: null,
  until: null,
  model: null,
  errorClass: null,
  httpStatus: null,
  reason: null,
  hint: null,
  needsPerson: false,
};

/** What is worst of a provider, by the rule of the incident report: what needs a person comes before what ends by itself. */
export function standing(p: Provider): Standing {
  if (!p.configured) return { ...well, state: "not_configured", reason: p.missing ?? null };
  if (p.held) return { ...well, state: "held", until: p.held.until, reason: p.held.reason };
  if (!isWell(p)) return describe(p, p.last_failure);
  const bad = p.models.filter((m) => !isWell(m)).sort((a, b) => began(a).localeCompare(began(b)))[0];
  if (bad === undefined) return well;
  const of = describe(bad, p.last_failure?.model === bad.model ? p.last_failure : undefined);
  const answers = p.models.some((m) => isWell(m) && m.attempts > 0);
  return { ...of, model: bad.model, state: answers ? "partly_out" : of.state };
}

/** Whether nothing keeps a provider or a model from being asked. */
export const isWell = (h: Provider | Model): boolean => h.breaker === "closed" && (h.gates ?? []).length === 0;

const began = (h: Model): string => h.out_since ?? h.gates?.[0]?.since ?? "";

function describe(h: Provider | Model, last: Provider["last_failure"]): Standing {
  const gates = h.gates ?? [];
  const person = gates.find((g) => g.needs_person);
  if (person) return ofGate(person);
  if (h.breaker !== "closed")
    return {
      ...well,
      state: h.breaker === "half_open" ? "probing" : "out",
      since: h.out_since ?? h.since ?? null,
      until: h.next_probe_at ?? null,
      errorClass: last?.error_class ?? null,
      httpStatus: last?.http_status ?? null,
      reason: h.evidence ?? null,
    };
  return ofGate(gates[0]!);
}

function ofGate(g: Gate): Standing {
  return {
    ...well,
    state: gateState[g.error_class] ?? "limited",
    since: g.since,
    until: g.until,
    errorClass: g.error_class,
    httpStatus: g.http_status,
    reason: g.message,
    hint: g.hint ?? null,
    needsPerson: g.needs_person,
  };
}

const gateState: Partial<Record<Schemas["ErrorClass"], ProviderState>> = {
  auth: "key_rejected",
  permission: "key_rejected",
  quota_exhausted: "out_of_quota",
  not_found: "model_unavailable",
};

/** How a model is doing by itself. */
export const modelStanding = (m: Model): Standing => (isWell(m) ? well : describe(m, undefined));

/** The icon of each state. */
export const standingIcon: Record<ProviderState, IconName> = {
  well: "ok",
  partly_out: "out",
  out: "out",
  probing: "probe",
  limited: "gate",
  key_rejected: "key",
  out_of_quota: "gate",
  model_unavailable: "out",
  held: "pause",
  not_configured: "key",
};

/** The tone of each state. */
export const standingTone: Record<ProviderState, Tone> = {
  well: "ok",
  partly_out: "wait",
  out: "bad",
  probing: "wait",
  limited: "wait",
  key_rejected: "bad",
  out_of_quota: "bad",
  model_unavailable: "wait",
  held: "wait",
  not_configured: "off",
};

/** Whether a provider that is set up can be asked as a whole. */
export const canAnswer = (p: Provider): boolean => ["well", "partly_out"].includes(standing(p).state);

/** The next moment at which a provider changes by itself, without an event: in ms since 1970. */
export function nextChange(all: readonly Provider[], now: number): number | null {
  const of = (h: Provider | Model) => [h.next_probe_at, ...(h.gates ?? []).map((g) => g.until)];
  const times = all
    .flatMap((p) => [p.held?.until, ...of(p), ...p.models.flatMap(of)])
    .map((t) => Date.parse(t ?? ""))
    .filter((t) => t > now);
  return times.length > 0 ? Math.min(...times) : null;
}

/** The tone of an incident as a whole: red only where somebody is needed. */
export function bandTone(i: Schemas["Incident"]): "ok" | "wait" | "bad" {
  if (i.well) return "ok";
  const needed = i.providers.some((p) => p.needs_person) || i.runs.paused_total + i.runs.failed_total > 0;
  return needed ? "bad" : "wait";
}
