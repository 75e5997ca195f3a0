/** The value of a key at the top of a recipe's source; undefined if it has none in one line. */
export function topValue(source: string, key: string): string | undefined {
  const line = new RegExp(`^${key}:[ \\t]*(.*?)[ \\t]*$`, "m").exec(source)?.[1];
  if (line === undefined || line === "" || /^[>|&*[{]/.test(line)) return undefined;
  const quoted = /^"(.*)"$|^'(.*)'$/.exec(line);
  return quoted ? (quoted[1] ?? quoted[2]) : line.replace(/\s+#.*$/, "");
}

/** Sets the value of a key at the top of a recipe's source; the key is added where it is missing. */
export function setTopValue(source: string, key: string, value: string): string {
  const line = `${key}: ${/^[\w][\w .()-]*$/.test(value) && !/: | #/.test(value) ? value : JSON.stringify(value)}`;
  const at = new RegExp(`^${key}:.*$`, "m");
  return at.test(source) ? source.replace(at, () => line) : `${line}\n${source}`;
}
