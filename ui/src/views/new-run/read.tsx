import { useQuery } from "@tanstack/react-query";
import { memo, useState } from "react";
import { inputScenes } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Icon } from "~/design/icon";
import { Banner, Button, Card, Foreign, LoadError, Skeleton } from "~/design/parts";
import { formatCount, formatDuration, formatEighths, formatShare } from "~/format/format";
import { intake } from "~/text/intake";
import { newRun as text } from "~/text/new-run";
import { useChoices } from "./choices";
import { Lines } from "./lines";

const few = 12; // scenes that are shown at first

/** What was read of the script, before anything is paid. */
export function ReadCard({ file, project }: { file: Schemas["Input"]; project: string }) {
  const unreadable = file.scan?.problem;
  const { data, error, refetch } = useQuery({ ...inputScenes(project, file.filename), enabled: !unreadable });
  const [choices, change] = useChoices();
  const [shown, setShown] = useState(choices.line !== undefined);
  const goTo = (line: number) => {
    setShown(true);
    change({ line });
  };
  return (
    <Card title={text.read.title} tools={<span className="small faint">{text.read.free}</span>}>
      {unreadable ? (
        <div className="card-body">
          <Banner tone="bad" icon="bad" title={text.read.unreadable}>
            {unreadable}
          </Banner>
        </div>
      ) : error ? (
        <LoadError error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Skeleton lines={6} />
      ) : (
        <>
          <Facts read={data} />
          <Remarks read={data} goTo={goTo} />
          {data.scenes.length > 0 && <Scenes read={data} goTo={goTo} />}
          <div className="card-foot">
            <Button
              small
              look="plain"
              icon="file"
              aria-expanded={shown}
              onClick={() => {
                setShown(!shown);
                if (shown) change({ line: undefined });
              }}
            >
              {shown ? text.read.hideText : text.read.showText}
            </Button>
          </div>
          {shown && <Lines project={project} filename={file.filename} at={choices.line} />}
        </>
      )}
    </Card>
  );
}

type Read = Schemas["InputScenes"];

function Facts({ read }: { read: Read }) {
  const pages = Math.round(read.pages * 10) / 10;
  const eighths = read.scenes.reduce((n, s) => n + s.page_eighths, 0);
  const facts: [string, string, (string | undefined)?][] = [
    [text.read.kind, intake.kinds[read.kind] ?? read.kind, text.read.sure(formatShare(read.confidence))],
    [text.read.scenes, formatCount(read.scenes.length)],
    [text.read.pages, formatCount(pages), eighths > 0 ? text.read.eighths(formatEighths(eighths)) : undefined],
    [text.read.minutes, text.read.aboutMinutes(formatDuration(Math.max(1, Math.round(read.minutes)) * 60))],
    [text.read.parts, formatCount(read.characters.length)],
    [text.read.locations, formatCount(read.locations.length)],
  ];
  return (
    <dl className="facts readfacts">
      {facts.map(([term, value, note]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>
            {value} {note && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What a person should know of the text: that it is none of scenes yet, and which lines look unusual. */
function Remarks({ read, goTo }: { read: Read; goTo: (line: number) => void }) {
  const noScenes = read.scenes.length === 0;
  // That there are no scenes is said in full already.
  const warnings = read.warnings.filter((w) => !(noScenes && w.line === 1));
  if (!noScenes && warnings.length === 0) return null;
  // What concerns a heading stands beside it in the table.
  const headings = new Set(read.scenes.map((s) => s.start_line));
  const atHeadings = warnings.filter((w) => headings.has(w.line));
  const elsewhere = warnings.filter((w) => !headings.has(w.line));
  return (
    <div className="remarks stack tight">
      {noScenes && (
        <Banner tone="wait" icon="out" title={text.read.prose.title}>
          {text.read.prose.text} <span className="faint">{read.warnings[0]?.message}</span>
        </Banner>
      )}
      {warnings.length > 0 && (
        <Banner tone="wait" icon="out" title={text.read.warnings(warnings.length, formatCount(warnings.length))}>
          {text.read.warningsWhy}
          <ul className="warns">
            {atHeadings.length > 0 && (
              <li className="row wrap">
                {atHeadings.map((w) => (
                  <LineButton key={w.line} line={w.line} goTo={goTo} />
                ))}
              </li>
            )}
            {elsewhere.map((w) => (
              <li key={`${w.line} ${w.message}`}>
                <LineButton line={w.line} goTo={goTo} /> {w.message}
              </li>
            ))}
          </ul>
        </Banner>
      )}
    </div>
  );
}

/** Leads to a line of the text. */
function LineButton({ line, goTo, bare }: { line: number; goTo: (line: number) => void; bare?: boolean }) {
  return (
    <button type="button" className="linkbtn num" aria-label={text.read.line(String(line))} onClick={() => goTo(line)}>
      {bare ? line : text.read.line(String(line))}
    </button>
  );
}

const Scenes = memo(function Scenes({ read, goTo }: { read: Read; goTo: (line: number) => void }) {
  const [all, setAll] = useState(false);
  const scenes = all ? read.scenes : read.scenes.slice(0, few);
  const notes = new Map(read.warnings.map((w) => [w.line, w.message]));
  return (
    <>
      <div className="table-wrap" role="region" aria-label={text.read.table} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{text.read.no}</th>
              <th scope="col">{text.read.heading}</th>
              <th scope="col" className="r">
                {text.read.pages}
              </th>
              <th scope="col" className="hide-sm">
                {text.read.cast}
              </th>
              <th scope="col" className="r">
                {text.read.lineHead}
              </th>
            </tr>
          </thead>
          <tbody>
            {scenes.map((s, i) => (
              <tr key={s.start_line}>
                <th scope="row" className="num">
                  {s.number ?? i + 1}
                </th>
                <td>
                  <Foreign>{s.heading}</Foreign>{" "}
                  {(s.implied || notes.has(s.start_line)) && (
                    <span className="wait tiny">
                      <Icon name="out" /> {notes.get(s.start_line) ?? text.read.implied}
                    </span>
                  )}
                </td>
                <td className="r">{formatEighths(s.page_eighths)}</td>
                <td className="small quiet hide-sm">
                  <Foreign>{s.characters.join(", ")}</Foreign>
                </td>
                <td className="r">
                  <LineButton line={s.start_line} goTo={goTo} bare />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {read.scenes.length > few && (
        <div className="card-foot">
          <Button small look="plain" icon="down" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? text.read.fewer : text.read.all(formatCount(read.scenes.length))}
          </Button>
        </div>
      )}
    </>
  );
});
