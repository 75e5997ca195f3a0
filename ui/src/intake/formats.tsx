import { useQuery } from "@tanstack/react-query";
import { limits } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { formatBytes, formatList } from "~/format/format";
import { intake as text } from "~/text/intake";

/** A limit of bytes in megabytes as the server counts and says them. */
export const formatLimit = (bytes: number): string => formatBytes(Math.floor(bytes / 2 ** 20) * 1e6);

const named = (f: Schemas["InputFormat"]): string => `${f.title} (${f.extensions[0] ?? f.name})`;

/** Which files can be read here, and how large they may be. */
export function Formats() {
  const { data } = useQuery(limits());
  if (!data) return null;
  const usable = data.formats.filter((f) => f.usable);
  return <>{text.formats(formatList(usable.map(named)), formatLimit(data.upload_bytes))}</>;
}

/** Which files people have that can't be read here yet. */
export function FormatsMissing() {
  const { data } = useQuery(limits());
  const missing = data?.formats.filter((f) => !f.usable) ?? [];
  if (missing.length === 0) return null;
  return <>{text.notYet(missing.map((f) => f.name.toUpperCase()).join(", "))}</>;
}
