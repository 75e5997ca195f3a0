// Checks the page that is committed: it is, byte for byte, what is built from its source, and its
// first view is small.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/** What the first view may take on its way, in bytes compressed by gzip -9. */
const most = 180_000;
const first = "src/views/home/home.tsx";

const ui = fileURLToPath(new URL("..", import.meta.url));
const committed = join(ui, "../internal/page/dist");
const fresh = mkdtempSync(join(tmpdir(), "cineforge-built-"));
try {
  process.env.NODE_ENV = "production";
  await build({ root: ui, logLevel: "error", build: { outDir: fresh, emptyOutDir: true, manifest: "manifest.json" } });
  const problems = [...differences(), ...weight()];
  if (problems.length > 0) {
    console.error(problems.join("\n"));
    process.exitCode = 1;
  }
} finally {
  rmSync(fresh, { recursive: true });
}

function files(dir) {
  const all = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
  return all.map((f) => relative(dir, join(f.parentPath, f.name))).filter((name) => name !== "manifest.json");
}

/** Says how the committed page differs from its source's. */
function differences() {
  const [ours, theirs] = [new Set(files(committed)), new Set(files(fresh))];
  const same = (name) =>
    ours.has(name) && theirs.has(name) && readFileSync(join(committed, name)).equals(readFileSync(join(fresh, name)));
  const others = [...new Set([...ours, ...theirs])].filter((name) => !same(name));
  if (others.length === 0) return [];
  return [`internal/page/dist is not what ui builds (make page): ${others.length} files differ, such as ${others[0]}`];
}

/** Prints what the first view loads before it can show anything, and says whether that is too much. */
function weight() {
  const manifest = JSON.parse(readFileSync(join(fresh, "manifest.json"), "utf8"));
  const loaded = new Set(["index.html"]);
  for (const [, name] of readFileSync(join(fresh, "index.html"), "utf8").matchAll(
    /<(?:script|link)[^>]*(?:src|href)="\/([^"]+)"/g,
  ))
    loaded.add(name);
  const add = ({ file, css = [], imports = [] }) => {
    if (loaded.has(file) && file !== manifest["index.html"].file) return;
    [file, ...css].forEach((name) => loaded.add(name));
    imports.filter((key) => key !== "index.html").forEach((key) => add(manifest[key]));
  };
  add(manifest["index.html"]);
  add(manifest[first]);
  const sum = [...loaded].reduce((n, name) => n + gzipSync(readFileSync(join(fresh, name)), { level: 9 }).length, 0);
  const text = `The first view loads ${sum} bytes in ${loaded.size} files; ${most} are the most.`;
  console.log(text);
  return sum > most ? [text] : [];
}
