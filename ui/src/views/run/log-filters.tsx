import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Schemas } from "~/api/types";
import { formatCount, formatProvider } from "~/format/format";
import { log as text } from "~/text/log";
import { unitName } from "~/text/units";
import { groups, type Filtered } from "./log-filter";
import type { LogSearch, SetLogSearch } from "./log";

interface Props {
  search: LogSearch;
  setSearch: SetLogSearch;
  counts: Filtered["counts"];
  values: { stages: string[]; units: string[]; providers: string[] };
  stages: Record<string, Schemas["StageState"]>;
  children: ReactNode;
}

/** The filters of the log. Each group says how many it would leave. */
export function LogFilters({ search, setSearch, counts, values, stages, children }: Props) {
  const shows = [
    { value: undefined, label: text.all, n: counts.all },
    { value: "problems", label: text.problems, n: counts.problems },
    ...groups.map((g) => ({ value: g as string, label: text.groups[g], n: counts[g] })),
  ].filter((s) => s.n > 0 || s.value === undefined || s.value === "problems" || s.value === search.show);
  return (
    <div className="log-filters" role="search">
      <div className="seg" role="group" aria-label={text.show}>
        {shows.map((s) => (
          <button
            key={s.label}
            type="button"
            className={s.value === "problems" && s.n > 0 ? "problems" : undefined}
            aria-pressed={search.show === s.value}
            onClick={() => setSearch({ show: s.value })}
          >
            {s.label} <span className="n">{formatCount(s.n)}</span>
          </button>
        ))}
      </div>
      <div className="row wrap">
        <Search value={search.q} set={(q) => setSearch({ q })} />
        <Choice
          label={text.stage}
          any={text.anyStage}
          value={search.stage}
          values={values.stages}
          name={(s) => stages[s]?.title ?? s}
          set={(stage) => setSearch({ stage })}
        />
        <Choice
          label={text.unit}
          any={text.anyUnit}
          value={search.unit}
          values={values.units}
          name={unitName}
          set={(unit) => setSearch({ unit })}
        />
        <Choice
          label={text.provider}
          any={text.anyProvider}
          value={search.provider}
          values={values.providers}
          name={formatProvider}
          set={(provider) => setSearch({ provider })}
        />
        {children}
      </div>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  any: string;
  value: string | undefined;
  values: readonly string[];
  name: (value: string) => string;
  set: (value: string | undefined) => void;
}

function Choice({ label, any, value, values, name, set }: ChoiceProps) {
  if (values.length < 2 && value === undefined) return null;
  const all = value === undefined || values.includes(value) ? values : [...values, value];
  return (
    <select className="input" aria-label={label} value={value ?? ""} onChange={(e) => set(e.target.value || undefined)}>
      <option value="">{any}</option>
      {all.map((v) => (
        <option key={v} value={v}>
          {name(v)}
        </option>
      ))}
    </select>
  );
}

/** The search. What is typed is shown at once; the address follows a moment later. */
function Search({ value, set }: { value: string | undefined; set: (value: string | undefined) => void }) {
  const [typed, setTyped] = useState(value ?? "");
  const sent = useRef(value ?? "");
  if (sent.current !== (value ?? "")) {
    // The address was changed by something else, as by "Clear filters".
    sent.current = value ?? "";
    setTyped(sent.current);
  }
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      set(typed || undefined);
    }, 120);
    return () => clearTimeout(timer);
  });
  return (
    <input
      className="input log-search"
      type="search"
      data-search
      aria-label={text.search}
      placeholder={text.searchHint}
      value={typed}
      onChange={(e) => setTyped(e.target.value)}
    />
  );
}
