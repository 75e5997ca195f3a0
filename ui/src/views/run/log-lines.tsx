import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useEffectEvent, useRef } from "react";
import { useQuery } from "@tanstack/react-query";
import { failures } from "~/api/queries";
import type { RunEvent, Schemas } from "~/api/types";
import { Icon, type IconName } from "~/design/icon";
import { Sentence } from "~/design/sentence";
import { Button, Pill, Plate } from "~/design/parts";
import { formatCount, formatFull, formatProvider, formatTime, formatUtc } from "~/format/format";
import { log as text } from "~/text/log";
import { unitName } from "~/text/units";
import type { LogSearch, SetLogSearch } from "./log";
import { LogDetail } from "./log-detail";
import { isProblem, member, textMember, type Line } from "./log-filter";

type Stages = Record<string, Schemas["StageState"]>;

interface Props {
  lines: readonly Line[];
  run: string;
  stages: Stages;
  search: LogSearch;
  setSearch: SetLogSearch;
  follow: boolean;
  stopFollow: () => void;
}

const near = 40; // px: this close to the end is the end

/** The lines of the log. Only those in sight are in the page, however many there are. */
export function LogLines({ lines, run, stages, search, setSearch, follow, stopFollow }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 37,
    overscan: 12,
    getItemKey: (i) => keyOf(lines[i]!),
  });
  const at = (seq: number) => lines.findIndex((l) => "event" in l && l.event.seq === seq);

  // A link to an event leads to it, once it is there.
  const selected = search.seq;
  const found = selected === undefined ? -1 : at(selected);
  const began = useRef(false); // the first event that a link names is brought to the middle
  const landed = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (found < 0 || landed.current === selected) return;
    // Before its box has been measured the list can't scroll: it tries until the line is there.
    const there = rows.getVirtualItems().some((item) => item.index === found);
    if (!began.current) box.current?.closest(".card")?.scrollIntoView({ block: "start" });
    rows.scrollToIndex(found, { align: began.current && there ? "auto" : "center" });
    began.current = true;
    if (there) landed.current = selected;
  });

  const count = lines.length;
  const toEnd = useEffectEvent(() => rows.scrollToIndex(count - 1, { align: "end" }));
  useEffect(() => {
    if (follow) toEnd();
  }, [follow, count]);
  const stop = useEffectEvent(() => follow && stopFollow());
  useEffect(() => leaveEnd(box.current!, () => stop()), []);

  return (
    <div className="log-box" ref={box} tabIndex={0} role="group" aria-label={text.list}>
      <ol className="log-lines" style={{ blockSize: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const line = lines[item.index]!;
          const place = { transform: `translateY(${item.start}px)` };
          if ("day" in line)
            return (
              <li key={item.key} ref={rows.measureElement} data-index={item.index} className="log-day" style={place}>
                {line.day}
              </li>
            );
          const marked = line.event.seq === selected;
          return (
            <li
              key={item.key}
              ref={rows.measureElement}
              data-index={item.index}
              data-seq={line.event.seq}
              className={marked ? "log-item is-sel" : "log-item"}
              aria-current={marked || undefined}
              aria-setsize={count}
              aria-posinset={item.index + 1}
              style={place}
            >
              <LogRow
                event={line.event}
                stage={stages[textMember(line.event, "stage_id") ?? ""]?.title}
                open={marked && search.detail !== undefined}
                setSearch={setSearch}
              />
              {marked && search.detail !== undefined && (
                <LogDetail event={line.event} run={run} raw={search.detail === "raw"} setSearch={setSearch} />
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

const keyOf = (line: Line): string | number => ("event" in line ? line.event.seq : line.day);

/** Calls back when a person moves a scrolled box away from its end. What the program scrolls does not count. */
function leaveEnd(box: HTMLElement, left: () => void): () => void {
  const away = () => box.scrollHeight - box.scrollTop - box.clientHeight > near;
  let last = box.scrollTop;
  let touched = -Infinity;
  const touch = () => (touched = performance.now());
  const scroll = () => {
    if (box.scrollTop < last - 1 && performance.now() - touched < 600 && away()) left();
    last = box.scrollTop;
  };
  const inputs = ["wheel", "touchmove", "pointerdown", "keydown"] as const;
  for (const input of inputs) box.addEventListener(input, touch, { passive: true });
  box.addEventListener("scroll", scroll, { passive: true });
  return () => {
    for (const input of inputs) box.removeEventListener(input, touch);
    box.removeEventListener("scroll", scroll);
  };
}

interface RowProps {
  event: RunEvent;
  stage: string | undefined;
  open: boolean;
  setSearch: SetLogSearch;
}

/** An event in a line. A click anywhere opens it, except where text is being selected. */
const LogRow = memo(function LogRow({ event: e, stage, open, setSearch }: RowProps) {
  const seq = String(e.seq);
  const toggle = () => setSearch({ seq: e.seq, detail: open ? undefined : "open" });
  const unit = textMember(e, "unit");
  const attempt = member(e, "attempt");
  const problem = isProblem(e);
  return (
    <div className={problem ? "log-row problem" : "log-row"} onClick={() => !getSelection()?.toString() && toggle()}>
      <Button
        look="plain"
        small
        icon={open ? "down" : "open"}
        aria-label={text.open(seq)}
        aria-expanded={open}
        onClick={(click) => {
          click.stopPropagation();
          toggle();
        }}
      />
      <span className="seq num">{formatCount(e.seq)}</span>
      <time className="at" dateTime={e.ts} title={`${formatFull(e.ts)}\n${formatUtc(e.ts)}`}>
        {formatTime(e.ts)}
      </time>
      <span className="where">
        {[stage, unit !== undefined && unitName(unit), typeof attempt === "number" && text.attempt(formatCount(attempt))]
          .filter(Boolean)
          .join(" · ")}
      </span>
      <span className="what">
        <Icon name={iconOf(e)} className={toneOf(e, problem)} />
        <Sentence about={e.ts}>{e.message}</Sentence>
      </span>
      <Chips event={e} />
    </div>
  );
});

function Chips({ event }: { event: RunEvent }) {
  const { data } = useQuery(failures());
  const provider = textMember(event, "provider");
  const of = textMember(event, "error_class");
  return (
    <span className="chips">
      {of && isProblem(event) && (
        <Pill tone="bad" icon="out">
          {data?.find((f) => f.error_class === of)?.title ?? of}
        </Pill>
      )}
      {provider && (
        <span className="who">
          <Plate name={formatProvider(provider)} /> {formatProvider(provider)}
        </span>
      )}
    </span>
  );
}

const icons: Record<string, IconName> = {
  pipeline_started: "run",
  stage_started: "run",
  stage_finished: "ok",
  stage_failed: "bad",
  stage_paused: "pause",
  stage_waiting: "wait",
  stage_retrying: "retry",
  stage_fallback: "fall",
  stage_skipped_reused: "copy",
  attempt_started: "send",
  attempt_progress: "model",
  attempt_finished: "check",
  attempt_failed: "x",
  breaker_opened: "out",
  breaker_probing: "probe",
  breaker_closed: "ok",
  artifact_saved: "file",
  unit_done: "check",
  unit_reused: "copy",
  units_planned: "more",
  budget_exceeded: "gate",
  retry_requested: "you",
  run_resumed: "you",
  run_cancelled: "skip",
  try_now_requested: "now",
  dry_run_validated: "check",
};

function iconOf(e: RunEvent): IconName {
  if (e.event === "pipeline_finished") return member(e, "success") === true ? "ok" : "bad";
  return icons[e.event] ?? "todo";
}

function toneOf(e: RunEvent, problem: boolean): string {
  if (e.event === "stage_waiting" || e.event === "stage_paused") return "wait";
  if (problem) return "bad";
  if (["stage_finished", "breaker_closed", "pipeline_finished"].includes(e.event)) return "ok";
  return "faint";
}
