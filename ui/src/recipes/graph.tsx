import { Link } from "@tanstack/react-router";
import type { Schemas } from "~/api/types";
import { formatCount } from "~/format/format";
import { recipes as text } from "~/text/recipes";
import { arrowsOf, placeStages, twoLines, type Arrow, type Placed } from "./layout";

const box = { width: 196, height: 60, gapX: 56, gapY: 20, top: 30 };
const x = (p: Placed) => p.column * (box.width + box.gapX) + 1;
const y = (p: Placed) => p.row * (box.height + box.gapY) + box.top;

/** The stages of a recipe as boxes, each behind those that it waits for. The list of stages below says the same in words. */
export function StageGraph({
  stages,
  selected,
  link,
}: {
  stages: readonly Schemas["RecipeStage"][];
  selected?: string | undefined;
  link?: boolean;
}) {
  const placed = placeStages(stages);
  const columns = Math.max(0, ...placed.map((p) => p.column)) + 1;
  const rows = Math.max(0, ...placed.map((p) => p.row)) + 1;
  const width = columns * (box.width + box.gapX) - box.gapX + 2;
  const height = rows * (box.height + box.gapY) - box.gapY + box.top + 2;
  return (
    <div className="graph" tabIndex={0} role="group" aria-label={text.graph}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        {...(link ? {} : { role: "img", "aria-label": text.graph })}
      >
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M1 1 7 4 1 7" className="graph-head" />
          </marker>
        </defs>
        {arrowsOf(placed).map((a) => (
          <path
            key={`${a.from.stage.id} ${a.to.stage.id}`}
            className={a.waits ? "graph-edge waits" : "graph-edge"}
            d={curve(a)}
            markerEnd="url(#arrow)"
          />
        ))}
        {placed.map((p, i) =>
          link ? (
            <Link
              key={p.stage.id}
              to="."
              search={(old: Record<string, unknown>) => ({ ...old, stage: p.stage.id })}
              resetScroll={false}
              aria-current={selected === p.stage.id ? "true" : undefined}
            >
              <Box placed={p} number={i + 1} />
            </Link>
          ) : (
            <Box key={p.stage.id} placed={p} number={i + 1} />
          ),
        )}
      </svg>
    </div>
  );
}

function Box({ placed: p, number }: { placed: Placed; number: number }) {
  const lines = twoLines(p.stage.title, 24);
  const middle = y(p) + box.height / 2;
  return (
    <g className={p.stage.asks_model ? "graph-box asks" : "graph-box"}>
      <rect x={x(p)} y={y(p)} width={box.width} height={box.height} rx="8" />
      <text className="n" x={x(p) + 14} y={middle + 4}>
        {formatCount(number)}
      </text>
      {lines.map((line, i) => (
        <text key={line} x={x(p) + 32} y={middle + 4 + (i - (lines.length - 1) / 2) * 17}>
          {line}
        </text>
      ))}
    </g>
  );
}

/** From the right edge of a box to the left edge of another; over the boxes between, where there are some. */
function curve({ from, to, skips }: Arrow): string {
  const [x1, y1] = [x(from) + box.width, y(from) + box.height / 2];
  const [x2, y2] = [x(to) - 3, y(to) + box.height / 2];
  if (!skips) return `M${x1} ${y1}C${x1 + box.gapX / 2} ${y1} ${x2 - box.gapX / 2} ${y2} ${x2} ${y2}`;
  const top = 8;
  const [a, b] = [x1 - 40, x2 + 40];
  return `M${a} ${y(from)}C${a} ${top} ${a + 20} ${top} ${a + 50} ${top}L${b - 50} ${top}C${b - 20} ${top} ${b} ${top} ${b} ${y(to) - 4}`;
}
