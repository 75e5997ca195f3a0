import type { RunEvent, Schemas } from "~/api/types";
import type { AttemptView, Decision, Lane, LaneMark, LaneSpan, Verdict } from "./view";

/** The lists that a group of events has copied already, and may change. */
type Owned = Set<object>;

/** Folds an event into what the run saw of its providers; attempt is the one that the event is about. */
export function foldLanes(lanes: readonly Lane[], e: RunEvent, attempt: AttemptView | null, own: Owned): readonly Lane[] {
  const fold = new LaneFold(lanes, Date.parse(e.ts), e.seq, own);
  switch (e.event) {
    case "pipeline_started":
      for (const stage of e.stage_ids) for (const c of e.candidates?.[stage] ?? []) fold.lane(c.provider);
      break;
    case "breaker_opened":
      fold.end(e.provider, ["open", "probing"], e.model ?? null);
      fold.begin(e.provider, { kind: "open", model: e.model ?? null, until: Date.parse(e.until), why: e.evidence });
      break;
    case "breaker_probing":
      fold.end(e.provider, ["open"], e.model ?? null);
      fold.begin(e.provider, { kind: "probing", model: e.model ?? null, until: null, why: e.evidence });
      break;
    case "breaker_closed":
      fold.end(e.provider, ["open", "probing"], e.model ?? null);
      break;
    case "attempt_started":
      fold.lane(e.provider);
      fold.end(e.provider, ["gate", "held"], e.model);
      if (e.decision) fold.verdicts(e.decision);
      break;
    case "attempt_finished":
    case "attempt_failed":
      if (attempt !== null) fold.ended(attempt);
      break;
    case "stage_retrying":
    case "stage_waiting":
    case "stage_fallback":
      fold.verdicts(e.decision);
      break;
    case "stage_failed":
      if (e.decision) fold.verdicts(e.decision);
      break;
    case "pipeline_finished":
    case "dry_run_validated":
      fold.endAll();
      break;
  }
  return fold.lanes;
}

const hindering: Partial<Record<Schemas["VerdictReason"], LaneSpan["kind"]>> = { gated: "gate", held: "held" };

class LaneFold {
  constructor(
    public lanes: readonly Lane[],
    private at: number,
    private seq: number,
    private own: Owned,
  ) {}

  /** Returns where the lane of a provider is; it is added if the run has not seen it yet. */
  lane(provider: string): number {
    const i = this.lanes.findIndex((l) => l.provider === provider);
    if (i >= 0) return i;
    this.lanes = [...this.lanes, { provider, missing: false, spans: [], marks: [] }];
    return this.lanes.length - 1;
  }

  begin(provider: string, span: Pick<LaneSpan, "kind" | "model" | "until" | "why"> & Partial<LaneSpan>): void {
    this.spans(provider).push({ from: this.at, to: null, errorClass: null, seq: this.seq, ...span });
  }

  /** Ends what lasts of some kinds, at the moment that was stated, or now. */
  end(provider: string, kinds: readonly LaneSpan["kind"][], model: string | null): void {
    const lane = this.lanes.find((l) => l.provider === provider);
    lane?.spans.forEach((s, i) => {
      if (s.to !== null || s.model !== model || !kinds.includes(s.kind)) return;
      const stated = s.kind === "gate" || s.kind === "held" ? (s.until ?? Infinity) : Infinity;
      this.spans(provider)[i] = { ...s, to: Math.max(s.from, Math.min(this.at, stated)) };
    });
  }

  endAll(): void {
    for (const l of this.lanes) {
      for (const s of l.spans) if (s.to === null) this.end(l.provider, [s.kind], s.model);
    }
  }

  /** A try has ended: an answer, a refusal, the outcome of a probe. */
  ended(a: AttemptView): void {
    const { provider, model, errorClass } = a;
    if (a.status === "success") {
      this.answered(a);
      if (a.probe) this.mark(provider, { kind: "probe_answered", model, errorClass: null });
      return;
    }
    if (a.status !== "failed" || errorClass === null || errorClass === "canceled") return;
    this.mark(provider, { kind: a.probe ? "probe_failed" : "refused", model, errorClass });
    if (errorClass === "rate_limited" && a.retryAfterSeconds !== null) {
      this.hinder(provider, model, "gate", this.at + a.retryAfterSeconds * 1000, a.error);
    }
  }

  private answered(a: AttemptView): void {
    const spans = this.spans(a.provider);
    const i = spans.findLastIndex((s) => s.kind === "answers");
    const last = spans[i];
    if (last?.to != null && a.startedAt <= last.to) {
      spans[i] = { ...last, from: Math.min(last.from, a.startedAt), to: this.at };
      return;
    }
    spans.push({
      kind: "answers",
      model: null,
      from: a.startedAt,
      to: this.at,
      until: null,
      errorClass: null,
      why: null,
      seq: this.seq,
    });
  }

  /** Takes from a decision who could not be asked, and who can be again. */
  verdicts(d: Decision): void {
    for (const v of d.others) this.verdict(v);
    if (d.provider !== undefined && d.model !== undefined) this.end(d.provider, ["gate", "held"], d.model);
  }

  private verdict(v: Verdict): void {
    if (v.reason === "not_configured") return this.missing(v.provider);
    const kind = hindering[v.reason];
    if (kind === undefined) {
      // A breaker that is open says nothing about the gates behind it.
      if (v.reason === "behind" || v.reason === "failed") this.end(v.provider, ["gate", "held"], v.model);
      return;
    }
    this.hinder(v.provider, v.model, kind, v.until === undefined ? null : Date.parse(v.until), v.detail ?? null);
  }

  private missing(provider: string): void {
    const i = this.lane(provider);
    if (!this.lanes[i]!.missing) this.lanes = this.lanes.with(i, { ...this.lanes[i]!, missing: true });
  }

  private hinder(provider: string, model: string, kind: LaneSpan["kind"], until: number | null, why: string | null): void {
    const lane = this.lanes[this.lane(provider)]!;
    const i = lane.spans.findLastIndex((s) => s.kind === kind && s.model === model && s.to === null);
    const s = lane.spans[i];
    if (s !== undefined && (s.until === null || s.until > this.at)) {
      if (s.until !== until) this.spans(provider)[i] = { ...s, until };
      return;
    }
    this.end(provider, [kind], model);
    const errorClass = lane.marks.findLast(
      (m) => m.errorClass !== null && (why ?? "").startsWith(`${m.errorClass}: `),
    )?.errorClass;
    const ofModel = lane.marks.findLast((m) => m.errorClass !== null && m.model === model)?.errorClass;
    this.begin(provider, { kind, model, until, why, errorClass: errorClass ?? ofModel ?? null });
  }

  private mark(provider: string, m: Omit<LaneMark, "at" | "seq">): void {
    this.list(provider, "marks").push({ ...m, at: this.at, seq: this.seq });
  }

  private spans(provider: string): LaneSpan[] {
    return this.list(provider, "spans");
  }

  private list<K extends "spans" | "marks">(provider: string, key: K): Lane[K] extends readonly (infer I)[] ? I[] : never {
    const i = this.lane(provider);
    let list = this.lanes[i]![key] as object[];
    if (!this.own.has(list)) {
      list = list.slice();
      this.own.add(list);
      this.lanes = this.lanes.with(i, { ...this.lanes[i]!, [key]: list });
    }
    return list as never;
  }
}
