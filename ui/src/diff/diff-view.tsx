import { diff as text } from "~/text/diff";
import { diffLines, diffWords, type Piece } from "./diff";
import "./diff.css";

/** Two texts in one, word by word: what is gone is struck, what is added is underlined. */
export function WordDiff({ from, to }: { from: string; to: string }) {
  return (
    <bdi dir="auto" className="worddiff">
      {diffWords(from, to).map((p, i) => (
        <PieceOfText key={i} piece={p} />
      ))}
    </bdi>
  );
}

function PieceOfText({ piece }: { piece: Piece }) {
  if (piece.kind === "same") return piece.text;
  const Tag = piece.kind === "gone" ? "del" : "ins";
  return (
    <>
      <span className="vh"> {piece.kind === "gone" ? text.gone : text.added} </span>
      <Tag>{piece.text}</Tag>
    </>
  );
}

const around = 2; // lines that are shown before and behind a change

/** Two texts, line by line; what is equal is left out but for the lines around a change. */
export function LineDiff({ from, to, label }: { from: string; to: string; label: string }) {
  const pieces = diffLines(from, to);
  const shown = pieces.map((_, i) => pieces.slice(Math.max(0, i - around), i + around + 1).some((p) => p.kind !== "same"));
  return (
    <div className="linediff code" role="group" aria-label={label} tabIndex={0}>
      {pieces.map((p, i) => {
        if (!shown[i])
          return i > 0 && !shown[i - 1] ? null : (
            <div key={i} className="skipped">
              {text.skipped}
            </div>
          );
        const sign = p.kind === "gone" ? "−" : p.kind === "added" ? "+" : " ";
        return (
          <div key={i} className={p.kind}>
            <span aria-hidden="true">{sign} </span>
            {p.kind !== "same" && <span className="vh">{p.kind === "gone" ? text.gone : text.added} </span>}
            {p.text || " "}
          </div>
        );
      })}
    </div>
  );
}
