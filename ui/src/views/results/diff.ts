/** A part of a text that two versions share, or that one of them has. */
export interface Part {
  kind: "same" | "removed" | "added";
  text: string;
}

const tableLimit = 4_000_000; // cells of the comparison; beyond it the middle counts as another text

/** Compares two texts word by word; texts of many lines line by line. */
export function diffText(before: string, after: string): Part[] {
  const byLine = before.length + after.length > 20_000;
  const split = (s: string) => (byLine ? s.split(/(?<=\n)/) : (s.match(/\s+|[\p{L}\p{N}'’]+|[^\s\p{L}\p{N}]/gu) ?? []));
  return joined(diffItems(split(before), split(after)));
}

/** Joins changes that share nothing but the space between them: words that are changed are read together. */
function joined(parts: readonly Part[]): Part[] {
  const out: Part[] = [];
  let removed = "";
  let added = "";
  const flush = () => {
    if (removed) out.push({ kind: "removed", text: removed });
    if (added) out.push({ kind: "added", text: added });
    removed = added = "";
  };
  parts.forEach((p, i) => {
    const between = i > 0 && i < parts.length - 1 && p.text.trim() === "" && (removed || added);
    if (p.kind !== "added" && (p.kind === "removed" || between)) removed += p.text;
    if (p.kind !== "removed" && (p.kind === "added" || between)) added += p.text;
    if (p.kind === "same" && !between) {
      flush();
      out.push(p);
    }
  });
  flush();
  return out;
}

/** Compares two lists by their longest common part. */
export function diffItems(a: readonly string[], b: readonly string[]): Part[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const parts: Part[] = [];
  push(parts, "same", a.slice(0, head));
  middle(parts, a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  push(parts, "same", a.slice(a.length - tail));
  return parts;
}

function push(parts: Part[], kind: Part["kind"], items: readonly string[]): void {
  if (items.length === 0) return;
  const last = parts.at(-1);
  if (last?.kind === kind) last.text += items.join("");
  else parts.push({ kind, text: items.join("") });
}

function middle(parts: Part[], a: readonly string[], b: readonly string[]): void {
  if (a.length === 0 || b.length === 0 || a.length * b.length > tableLimit) {
    push(parts, "removed", a);
    push(parts, "added", b);
    return;
  }
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width); // of a from i and b from j
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      push(parts, "same", [a[i]!]);
      i++;
      j++;
    } else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) push(parts, "removed", [a[i++]!]);
    else push(parts, "added", [b[j++]!]);
  }
  push(parts, "removed", a.slice(i));
  push(parts, "added", b.slice(j));
}
