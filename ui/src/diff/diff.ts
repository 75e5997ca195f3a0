/** A piece of two texts: in both, only in the first (gone), or only in the second (added). */
export interface Piece {
  kind: "same" | "gone" | "added";
  text: string;
}

/** How much work a comparison may be: beyond it all that lies between equal ends counts as changed. */
const most = 4_000_000;

/** Compares two lists; equal neighbours of a kind are not joined. */
export function diffLists(a: readonly string[], b: readonly string[]): Piece[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const same = (part: readonly string[]): Piece[] => part.map((text) => ({ kind: "same", text }));
  return [
    ...same(a.slice(0, start)),
    ...between(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(a.slice(a.length - end)),
  ];
}

/** Compares what lies between the equal ends, by the longest common subsequence. */
function between(a: readonly string[], b: readonly string[]): Piece[] {
  const gone = (text: string): Piece => ({ kind: "gone", text });
  const added = (text: string): Piece => ({ kind: "added", text });
  if (a.length * b.length > most) return [...a.map(gone), ...b.map(added)];
  const width = b.length + 1;
  // longest[i * width + j]: how long the common subsequence of a from i on and b from j on is
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  const pieces: Piece[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ kind: "same", text: a[i]! });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!))
      pieces.push(gone(a[i++]!));
    else pieces.push(added(b[j++]!));
  }
  return pieces;
}

/** Joins neighbours of the same kind. */
function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const p of pieces) {
    const last = out.at(-1);
    if (last?.kind === p.kind) out[out.length - 1] = { kind: p.kind, text: last.text + p.text };
    else out.push(p);
  }
  return out;
}

/** Compares two texts line by line: a piece for each line. */
export const diffLines = (a: string, b: string): Piece[] => diffLists(a.split("\n"), b.split("\n"));

/** Compares two texts word by word; scripts that write no spaces, sign by sign. */
export const diffWords = (a: string, b: string): Piece[] => joined(diffLists(wordsOf(a), wordsOf(b)));

function wordsOf(text: string): string[] {
  return (
    text.match(/\s+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}'’_-]+|[^\s]/gu) ?? []
  );
}
