import { useImperativeHandle, useRef, type KeyboardEvent, type Ref } from "react";
import type { Schemas } from "~/api/types";
import { formatCount } from "~/format/format";
import { recipes as text } from "~/text/recipes";

type Mistake = Schemas["Mistake"];

/** What the page does with the editor. */
export interface EditorHandle {
  /** Selects a line and puts the focus there. */
  goTo(line: number, column: number | null): void;
}

interface Props {
  source: string;
  onChange: (source: string) => void;
  errors: readonly Mistake[];
  warnings: readonly Mistake[];
  /** The id of the element that lists the mistakes. */
  describedBy: string;
  ref: Ref<EditorHandle>;
}

/** A text of YAML with numbered lines; those with mistakes are marked. */
export function Editor({ source, onChange, errors, warnings, describedBy, ref }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const lines = source.split("\n").length;
  const marks = marksOf(errors, warnings);
  useImperativeHandle(ref, () => ({
    goTo(line, column) {
      const a = area.current!;
      const start = offsetOf(a.value, line);
      const end = a.value.indexOf("\n", start);
      a.focus({ preventScroll: true });
      a.setSelectionRange(start + (column === null ? 0 : column - 1), end < 0 ? a.value.length : end);
      const mark = box.current!.querySelector(`[data-line="${line}"]`);
      mark?.scrollIntoView({ block: "center" });
    },
  }));
  return (
    <div className="editor" ref={box}>
      <div className="editor-in">
        <div className="editor-gutter" aria-hidden="true">
          {Array.from({ length: lines }, (_, i) => (
            <span key={i} data-line={i + 1} className={marks.get(i + 1)}>
              {formatCount(i + 1)}
            </span>
          ))}
        </div>
        <div className="editor-text">
          <div className="editor-marks" aria-hidden="true">
            {[...marks].map(([line, tone]) => (
              <i key={line} className={tone} style={{ insetBlockStart: `${(line - 1) * 1.25}rem` }} />
            ))}
          </div>
          <textarea
            ref={area}
            dir="ltr"
            rows={lines}
            wrap="off"
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            aria-label={text.editor.label}
            aria-invalid={errors.length > 0}
            aria-describedby={describedBy}
            value={source}
            onChange={(e) => onChange(e.target.value)}
            onKeyDown={indent}
          />
        </div>
      </div>
    </div>
  );
}

/** The lines with mistakes; one that cannot be run wins over one without effect. */
function marksOf(errors: readonly Mistake[], warnings: readonly Mistake[]): Map<number, "bad" | "wait"> {
  const marks = new Map<number, "bad" | "wait">();
  for (const m of warnings) if (m.line !== null) marks.set(m.line, "wait");
  for (const m of errors) if (m.line !== null) marks.set(m.line, "bad");
  return marks;
}

/** Where a line begins, in characters. */
function offsetOf(source: string, line: number): number {
  let at = 0;
  for (let n = 1; n < line; n++) {
    const next = source.indexOf("\n", at);
    if (next < 0) return source.length;
    at = next + 1;
  }
  return at;
}

/** A new line begins as far in as the one before. Inserting keeps what can be undone, which setting the value does not. */
function indent(e: KeyboardEvent<HTMLTextAreaElement>): void {
  if (e.key !== "Enter" || e.ctrlKey || e.metaKey || e.altKey || e.nativeEvent.isComposing) return;
  const a = e.currentTarget;
  const start = a.value.lastIndexOf("\n", a.selectionStart - 1) + 1;
  const line = a.value.slice(start, a.selectionStart);
  const space = /^ *(?:- )?/.exec(line)![0].replace("-", " ");
  if (space === "") return;
  e.preventDefault();
  document.execCommand("insertText", false, `\n${space}`);
}

/** The mistakes of a recipe. Each leads to its line. */
export function Mistakes({ mistakes, goTo }: { mistakes: readonly Mistake[]; goTo: (m: Mistake) => void }) {
  return (
    <ul className="mistakes">
      {mistakes.map((m, i) => (
        <li key={i}>
          <button type="button" onClick={() => goTo(m)}>
            <span className="strong">
              {m.line === null
                ? text.editor.nowhere
                : text.editor.at(formatCount(m.line), m.column === null ? null : formatCount(m.column))}
            </span>
            <span>{m.message}</span>
            {m.hint && <span className="quiet">{m.hint}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
