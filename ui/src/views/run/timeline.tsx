import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import { failures as failuresQuery, inputs, inputScenes, words as wordsQuery } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Icon } from "~/design/icon";
import { Card, Empty, LoadError, Skeleton } from "~/design/parts";
import { formatCount } from "~/format/format";
import { useNow } from "~/live/clock";
import { useOpenRun, useRunView } from "~/run/context";
import type { Ms, RunView } from "~/run/view";
import { timeline as text } from "~/text/timeline";
import { foldsByItself, idleGaps, endOf, makeAxis, type Axis, type Gap } from "./axis";
import { AxisRow, Grid, Legend } from "./axis-row";
import { Detail } from "./detail";
import { LaneRow } from "./lane-row";
import { RowList, type ListHandle } from "./list";
import { unitKind, type Failures, type Headings } from "./names";
import { EarlierRow, GroupRow, ReusedRow, SkipRow, TryRow, UnitRow, WaitRow, type Drawing } from "./row";
import { keepSame, rowsOf, type Row } from "./rows";
import { useTimelineState, type TimelineState } from "./selection";
import { StageRow } from "./stage-row";
import { useTimelineKeys } from "./timeline-keys";
import "./panel.css";
import "./timeline.css";

/** The timeline of the run that is open: providers and tries on one axis. It fills its column. */
export function Timeline() {
  const { log } = useOpenRun();
  const view = useRunView();
  if (view.seq > 0 && view.stages.length > 0)
    return view.finishedAt === null ? <Live view={view} /> : <Chart view={view} now={view.finishedAt} />;
  return (
    <Card title={text.title}>
      {log.error ? (
        <LoadError error={log.error} />
      ) : log.loading ? (
        <Skeleton lines={8} label={text.loading} />
      ) : (
        <Empty icon="todo" title={text.empty.title}>
          {text.empty.hint}
        </Empty>
      )}
    </Card>
  );
}

function Live({ view }: { view: RunView }) {
  const now = useNow();
  return <Chart view={view} now={Math.max(now, view.updatedAt ?? 0)} />;
}

const noNext: Schemas["Next"][] = [];

function Chart({ view, now }: { view: RunView; now: Ms }) {
  const { id, answer, log } = useOpenRun();
  const ended = view.finishedAt !== null;
  const state = useTimelineState(view);
  const next = ended ? noNext : (answer.state.next ?? noNext);
  const [track, width] = useWidth();
  const gaps = useMemo(() => idleGaps(view, now), [view, now]);
  const folds = state.fold === undefined ? foldsByItself(gaps, view.startedAt ?? now, now) : state.fold === "waits";
  const { axis, zoom, setZoom, unfolded, setUnfolded } = useAxis(view, now, folds ? gaps : noGaps, next, width);
  const words = useWords(view, answer.state.input_digest);
  const rows = useRows(view, state);
  const list = useRef<ListHandle>(null);
  useTimelineKeys(rows, list, state.press);
  useArrival(rows, list, state.chosen);
  const titles = useMemo(
    () => Object.fromEntries(Object.entries(answer.state.stages).map(([k, s]) => [k, s.title ?? k])),
    [answer.state.stages],
  );
  const press = useLatest(state.press);
  const drawing = useMemo<Drawing>(
    () => ({ axis, width, ended, ...words, titles, press }),
    [axis, width, ended, words, titles, press],
  );
  const standings = answer.state.providers;
  const render = (row: Row) => {
    const live = liveRow(row) ? now : (view.finishedAt ?? 0);
    switch (row.kind) {
      case "caption":
        return <div className="tl-cap">{text[row.of]}</div>;
      case "lane": {
        const of = row.lane.provider;
        const outlook = { standing: standings?.find((s) => s.name === of), next: next.filter((n) => n.provider === of) };
        return <LaneRow lane={row.lane} axis={axis} now={now} ended={ended} width={width} outlook={outlook} />;
      }
      case "stage":
        return (
          <StageRow stage={row.stage} d={drawing} now={live} status={words.statuses[row.stage.status] ?? row.stage.status} />
        );
      case "unit":
        return <UnitRow row={row} d={drawing} now={live} />;
      case "try":
        return <TryRow row={row} d={drawing} now={live} />;
      case "skip":
        return <SkipRow row={row} d={drawing} />;
      case "wait":
        return <WaitRow row={row} d={drawing} />;
      case "reused":
        return <ReusedRow row={row} d={drawing} />;
      case "earlier":
        return <EarlierRow row={row} d={drawing} now={live} />;
      case "group":
        return <GroupRow row={row} d={drawing} now={live} />;
      case "todo":
        return (
          <div className="lab faint">
            <Icon name="todo" /> {text.todo(row.count, formatCount(row.count), unitKind(row.stage))}
          </div>
        );
      case "detail": {
        const event = log.events[(row.attempt.endSeq ?? row.attempt.seq) - 1];
        return (
          <Detail
            runID={id}
            unit={row.unit}
            attempt={row.attempt}
            event={event}
            failures={words.failures}
            reasons={words.reasons}
          />
        );
      }
    }
  };
  return (
    <Card
      title={text.title}
      className="tl-card"
      tools={
        <div className="row wrap push">
          <Toggle on={state.problemsFirst} set={state.setProblemsFirst} label={text.problemsFirst} />
          {gaps.length > 0 && <Toggle on={folds} set={state.setFold} label={text.foldWaits} />}
        </div>
      }
    >
      <div className="tl">
        <Grid axis={axis} now={ended ? null : now} />
        <AxisRow
          axis={axis}
          now={ended ? null : now}
          width={width}
          track={track}
          zoom={zoom}
          setZoom={setZoom}
          unfolded={unfolded}
          setUnfolded={setUnfolded}
        />
        <RowList rows={rows} label={text.rows} render={render} className={classOf} handle={list} />
      </div>
      <Legend />
    </Card>
  );
}

const noGaps: Gap[] = [];

/** The rows; those that say the same as before are the same objects. */
function useRows(view: RunView, { problemsFirst, selected, open }: TimelineState): Row[] {
  const before = useRef<Row[]>([]);
  return useMemo(
    () => (before.current = keepSame(before.current, rowsOf(view, { problemsFirst, selected, open }))),
    [view, problemsFirst, selected, open],
  );
}

/** A function that stays the same, and does what the last one does. */
function useLatest<A>(f: (a: A) => void): (a: A) => void {
  const last = useRef(f);
  useLayoutEffect(() => {
    last.current = f;
  });
  return useCallback((a: A) => last.current(a), []);
}

function Toggle({ on, set, label }: { on: boolean; set: (on: boolean) => void; label: string }) {
  return (
    <button type="button" className="tag" aria-pressed={on} onClick={() => set(!on)}>
      {label}
    </button>
  );
}

/** Whether a row changes as time goes by. */
function liveRow(row: Row): boolean {
  switch (row.kind) {
    case "stage":
      return row.stage.endedAt === null && row.stage.startedAt !== null;
    case "unit":
      return row.unit.endedAt === null;
    case "try":
      return row.attempt.endedAt === null;
    case "group":
      return row.of === "waiting" || row.of === "working";
    default:
      return false;
  }
}

function classOf(row: Row): string {
  switch (row.kind) {
    case "caption":
      return "tl-caption";
    case "detail":
      return "tl-detail";
    case "unit":
      return "tl-row unit";
    case "try":
      return `tl-row try${row.open ? " is-sel" : ""}`;
    case "group":
      return "tl-row unit swarmrow";
    case "skip":
    case "wait":
    case "reused":
    case "earlier":
      return "tl-row try";
    default:
      return `tl-row ${row.kind === "todo" ? "unit" : row.kind}`;
  }
}

/** The axis, with what the reader zoomed into and unfolded. */
function useAxis(view: RunView, now: Ms, gaps: readonly Gap[], next: readonly Schemas["Next"][], width: number) {
  const [zoom, setZoom] = useState<Gap | null>(null);
  // Gaps that are shown though waits fold, by the moment they begin.
  const [unfolded, setUnfolded] = useState<ReadonlySet<Ms>>(new Set<Ms>());
  const planned = useMemo(() => next.map((n) => n.at * 1000), [next]);
  const shown = useMemo(() => gaps.filter((g) => !unfolded.has(g.from)), [gaps, unfolded]);
  const from = zoom?.from ?? view.startedAt ?? now;
  const to = zoom?.to ?? endOf(view, now, shown, planned);
  const room = Math.max(2, Math.floor(width / 92));
  const axis = useMemo<Axis>(() => makeAxis({ from, to, gaps: shown, room }), [from, to, shown, room]);
  return { axis, zoom, setZoom, unfolded, setUnfolded };
}

/** The words of the API, and the headings of the script's scenes. */
function useWords(
  view: RunView,
  digest: string,
): Pick<Drawing, "failures" | "reasons" | "headings"> & { statuses: Record<string, string> } {
  const { data: classes } = useQuery(failuresQuery());
  const { data: vocabulary } = useQuery(wordsQuery());
  const { data: files } = useQuery({ ...inputs(view.projectID), enabled: view.projectID !== "" });
  const file = files?.find((f) => f.digest === digest)?.filename;
  const { data: read } = useQuery({ ...inputScenes(view.projectID, file ?? ""), enabled: file !== undefined });
  const total = view.stages.find((s) => s.id === "extract_scenes")?.unitsTotal ?? 0;
  return useMemo(() => {
    const failures: Failures = new Map((classes ?? []).map((c) => [c.error_class, c]));
    const scenes = read?.scenes ?? [];
    // A script that a model has rewritten has other scenes than the file.
    const own = scenes.length === total ? scenes : [];
    const headings: Headings = new Map(own.map((s, i) => [`scene_${String(i + 1).padStart(3, "0")}`, s.heading]));
    return { failures, headings, reasons: vocabulary?.decision_reasons ?? {}, statuses: vocabulary?.stage_statuses ?? {} };
  }, [classes, vocabulary, read, total]);
}

/** The width of an element, px. */
function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    if (ref.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width) || 640));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** A link to a row brings the row into view. */
function useArrival(rows: readonly Row[], list: RefObject<ListHandle | null>, chosen: boolean): void {
  const done = useRef(!chosen);
  useEffect(() => {
    if (done.current) return;
    const i = rows.findIndex((r) => (r.kind === "try" || r.kind === "unit") && r.open);
    if (i < 0) return;
    done.current = true;
    list.current?.show(i);
  }, [rows, list]);
}
