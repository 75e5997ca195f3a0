import type { CSSProperties, ReactNode } from "react";
import { Icon, type IconName } from "~/design/icon";
import type { AttemptView, Ms } from "~/run/view";
import type { Axis } from "./axis";

type Kind =
  | "done"
  | "work"
  | "fail"
  | "wait"
  | "skip"
  | "hedge"
  | "well"
  | "open"
  | "gate"
  | "probing"
  | "none"
  | "bulk"
  | "lost"
  | "off";

/** Where a span of time is on the track, for the style sheet. */
function place(axis: Axis, from: Ms, to: Ms): CSSProperties | null {
  if (to < axis.from || from > axis.to) return null;
  const a = axis.at(from);
  return { "--a": `${(a * 100).toFixed(2)}%`, "--w": `${((axis.at(to) - a) * 100).toFixed(2)}%` } as CSSProperties;
}

const letter = 6.4; // px, of a bar's words: about the width of one

/** Whether words fit into a span of a track of so many px. */
export const fits = (words: string, axis: Axis, from: Ms, to: Ms, width: number): boolean =>
  (axis.at(to) - axis.at(from)) * width > words.length * letter + 14;

/** A span of time on a track. Its words are left out where they would be cut. */
export function Bar({
  axis,
  kind,
  from,
  to,
  words,
  width = 0,
  title,
  model,
}: {
  axis: Axis;
  kind: Kind;
  from: Ms;
  to: Ms;
  words?: string | undefined;
  width?: number;
  title?: string | undefined;
  /** It is about one model of a provider only. */
  model?: boolean;
}) {
  const style = place(axis, from, to);
  if (style === null) return null;
  return (
    <span className={`bar ${kind}${model ? " part" : ""}`} style={style} title={title}>
      {words && fits(words, axis, from, to, width) ? <span>{words}</span> : null}
    </span>
  );
}

/** A moment on a track. */
export function Mark({
  axis,
  at,
  icon,
  kind,
  title,
}: {
  axis: Axis;
  at: Ms;
  icon: IconName;
  kind?: "go" | "ok";
  title?: string;
}) {
  const style = place(axis, at, at);
  if (style === null) return null;
  return (
    <span className={`mark ${kind ?? ""}`} style={style} title={title}>
      <Icon name={icon} />
    </span>
  );
}

/** Words beside a span: behind it, or before it where there is more room. */
export function Beside({ axis, from, to, children }: { axis: Axis; from: Ms; to: Ms; children: ReactNode }) {
  const lead = 1 - axis.at(to) < axis.at(from);
  const style = place(axis, lead ? from : to, lead ? from : to);
  if (style === null) return null;
  return (
    <span className={`out ${lead ? "lead" : ""}`} style={style}>
      <span className="chip">{children}</span>
    </span>
  );
}

/** The bar of a try. */
export function TryBar({ axis, attempt, now, title }: { axis: Axis; attempt: AttemptView; now: Ms; title?: string }) {
  return <Bar axis={axis} kind={tryKind(attempt)} from={attempt.startedAt} to={attempt.endedAt ?? now} title={title} />;
}

function tryKind(a: AttemptView): Kind {
  switch (a.status) {
    case "running":
      return a.hedge ? "hedge" : "work";
    case "success":
      return "done";
    case "failed":
      return a.errorClass === "canceled" ? "lost" : "fail"; // nothing was wrong with what was cancelled
    case "outraced":
      return "hedge";
    case "lost":
      return "lost";
  }
}
