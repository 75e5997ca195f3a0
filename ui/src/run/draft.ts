import { noTotals, type RunView, type StageView, type UnitView } from "./view";

/** A view's object that its owner may change. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A view that is being changed: what is changed is copied first, once, and the original stays as it was. */
export class Draft {
  protected own = new Set<object>();

  constructor(protected run: RunView) {}

  protected mine<T extends object>(o: T): Writable<T> {
    if (this.own.has(o)) return o;
    const copy = { ...o };
    this.own.add(copy);
    return copy;
  }

  protected array<T, K extends keyof T>(of: T, key: K): T[K] extends readonly (infer I)[] ? I[] : never {
    let list = of[key] as unknown as unknown[];
    if (!this.own.has(list)) {
      list = list.slice();
      this.own.add(list);
      of[key] = list as never;
    }
    return list as never;
  }

  protected write(): Writable<RunView> {
    return (this.run = this.mine(this.run));
  }

  protected stage(id: string): Writable<StageView> {
    const list = this.array(this.write(), "stages");
    const i = list.findIndex((s) => s.id === id);
    if (i >= 0) return (list[i] = this.mine(list[i]!));
    const made: StageView = {
      id,
      status: "pending",
      startedAt: null,
      endedAt: null,
      units: [],
      unitAt: {},
      unitsDone: 0,
      unitsTotal: 0,
      totals: noTotals,
      failure: null,
      pause: null,
      reusedFrom: null,
    };
    list.push(made);
    return (list[list.length - 1] = this.mine(made));
  }

  protected unit(s: Writable<StageView>, unit: string, at: number, seq: number): Writable<UnitView> {
    const list = this.array(s, "units");
    const i = s.unitAt[unit];
    if (i !== undefined) return (list[i] = this.mine(list[i]!));
    s.unitAt = this.mine(s.unitAt);
    (s.unitAt as Record<string, number>)[unit] = list.length;
    const made: UnitView = {
      stageID: s.id,
      unit,
      status: "begun",
      startedAt: at,
      endedAt: null,
      attempts: [],
      waits: [],
      fallbacks: [],
      reused: [],
      answeredBy: null,
      failed: 0,
      seq,
    };
    const copy = this.mine(made);
    list.push(copy);
    return copy;
  }

  protected eachUnit(s: Writable<StageView>, change: (u: Writable<UnitView>) => void): void {
    const at = s.endedAt ?? 0;
    for (const { unit, status } of s.units) if (status !== "done") change(this.unit(s, unit, at, 0));
  }
}
