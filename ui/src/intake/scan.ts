import type { Schemas } from "~/api/types";
import { formatCount } from "~/format/format";
import { common } from "~/text/common";
import { intake as text } from "~/text/intake";

/** What a first look found, in a line: what it is, how many scenes and pages. */
export function formatScan(scan: Schemas["InputScan"]): string {
  if (scan.problem) return scan.problem;
  const parts = [text.kinds[scan.kind] ?? scan.kind];
  if (scan.scenes > 0) parts.push(common.scenes(scan.scenes, formatCount(scan.scenes)));
  parts.push(text.pagesOf(scan.pages, formatCount(Math.round(scan.pages * 10) / 10)));
  return parts.join(", ");
}
