// Generates a client's types from the API's document, wants no type in them that says nothing, and
// compiles the client that uses them.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const document = new URL("../../docs/openapi.json", import.meta.url);
// A member with a default may be left out of a request.
const types = astToString(await openapiTS(document, { silent: true, defaultNonNullable: false }));
writeFileSync(new URL("api.d.ts", import.meta.url), types);

// What the generator writes itself: no header of an answer is described that a page reads, and
// there are neither webhooks nor definitions.
const generated = ["headers", "webhooks", "$defs"];

const vague = [];
const source = ts.createSourceFile("api.d.ts", types, ts.ScriptTarget.ES2022, true);
const visit = (node, path) => {
  const name = node.name?.getText() ?? "";
  if (generated.includes(name)) return;
  const here = name ? [...path, name] : path;
  const empty = ts.isTypeReferenceNode(node) && node.getText() === "Record<string, never>";
  if (node.kind === ts.SyntaxKind.UnknownKeyword || node.kind === ts.SyntaxKind.AnyKeyword || empty) {
    vague.push(`${here.join(".")}: ${node.getText()}`);
  }
  ts.forEachChild(node, (child) => visit(child, here));
};
visit(source, []);
if (vague.length > 0) {
  console.error(`docs/openapi.json leaves types open:\n${vague.join("\n")}`);
  process.exit(1);
}

const compiler = new URL("node_modules/typescript/bin/tsc", import.meta.url);
const { status } = spawnSync(process.execPath, [compiler.pathname, "-p", "."], { cwd: new URL(".", import.meta.url), stdio: "inherit" });
process.exit(status ?? 1);
