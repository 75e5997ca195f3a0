import type { Provider, Schemas } from "~/api/types";

/** How a provider is doing, in a word, with since when and until when. */
export interface Standing {
  state: Schemas["ProviderState"];
  since: string | null;
  until: string | null;
  model: string | null; // the one that is out, where the provider as a whole is not
  errorClass: Schemas["ErrorClass"] | null;
}

/** What is worst of a provider, as the incident report has it: what needs a person comes before what ends by itself. */
export function standing(p: Provider): Standing {
  const well: Standing = { state: "well", since: null, until: null, model: null, errorClass: null };
  if (!p.configured) return { ...well, state: "not_configured" };
  if (p.held) return { ...well, state: "held", until: p.held.until };
  const gate = worstGate(p.gates ?? []);
  if (gate?.needs_person) return ofGate(gate);
  const failure = p.last_failure?.error_class ?? null;
  if (p.breaker === "open")
    return { ...well, state: "out", since: p.out_since ?? p.since ?? null, until: p.next_probe_at ?? null, errorClass: failure };
  if (p.breaker === "half_open") return { ...well, state: "probing", since: p.out_since ?? p.since ?? null, errorClass: failure };
  if (gate) return ofGate(gate);
  for (const m of p.models) {
    const of = worstGate(m.gates ?? []);
    if (m.breaker !== "closed")
      return {
        ...well,
        state: "partly_out",
        model: m.model,
        since: m.out_since ?? m.since ?? null,
        until: m.next_probe_at ?? null,
      };
    if (of) return { ...ofGate(of), model: m.model };
  }
  return well;
}

type Gate = Schemas["Gate"];

function worstGate(gates: readonly Gate[]): Gate | null {
  return gates.find((g) => g.needs_person) ?? [...gates].sort((a, b) => b.until.localeCompare(a.until))[0] ?? null;
}

function ofGate(g: Gate): Standing {
  const at = { since: g.since, until: g.until, model: null, errorClass: g.error_class };
  if (g.error_class === "auth" || g.error_class === "permission") return { ...at, state: "key_rejected" };
  if (g.error_class === "quota_exhausted") return { ...at, state: "out_of_quota" };
  if (g.error_class === "not_found") return { ...at, state: "model_unavailable" };
  return { ...at, state: "limited" };
}
