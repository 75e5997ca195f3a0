import type { ReactNode } from "react";

/** A block of a text: a heading, a list, or a paragraph. */
export type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "list"; items: string[] }
  | { kind: "para"; text: string };

/** Reads the little of Markdown that a changelog has: headings, lists, paragraphs. */
export function readBlocks(source: string): Block[] {
  const blocks: Block[] = [];
  let open = false; // the last block goes on with the next line
  for (const line of source.split("\n")) {
    const last = blocks.at(-1);
    const heading = /^(#+) (.*)$/.exec(line);
    const item = /^[-*] (.*)$/.exec(line);
    if (heading) blocks.push({ kind: "heading", level: heading[1]!.length, text: heading[2]! });
    else if (item && last?.kind === "list") last.items.push(item[1]!);
    else if (item) blocks.push({ kind: "list", items: [item[1]!] });
    else if (line.trim() !== "" && open && last?.kind === "list") last.items.push(`${last.items.pop()!} ${line.trim()}`);
    else if (line.trim() !== "" && open && last?.kind === "para") last.text += ` ${line.trim()}`;
    else if (line.trim() !== "") blocks.push({ kind: "para", text: line.trim() });
    open = line.trim() !== "" && !heading;
  }
  return blocks;
}

/** Text with code and strong parts; anything else stays as it is written. */
function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part, i) => {
    if (part.startsWith("`") && part.length > 2) return <code key={i}>{part.slice(1, -1)}</code>;
    if (part.startsWith("**") && part.length > 4) return <strong key={i}>{part.slice(2, -2)}</strong>;
    return part;
  });
}

/** A text in Markdown, as elements: it is never taken as HTML. */
export function Markdown({ source }: { source: string }) {
  return (
    <div className="markdown">
      {readBlocks(source).map((b, i) => {
        if (b.kind === "heading") return b.level <= 2 ? <h3 key={i}>{inline(b.text)}</h3> : <h4 key={i}>{inline(b.text)}</h4>;
        if (b.kind === "para") return <p key={i}>{inline(b.text)}</p>;
        return (
          <ul key={i}>
            {b.items.map((item, j) => (
              <li key={j}>{inline(item)}</li>
            ))}
          </ul>
        );
      })}
    </div>
  );
}
