// Generates the types of the API from its document: npm run generate. With --check it only compares
// them with those that there are. It fails if a type says nothing.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const document = new URL("../../docs/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.gen.ts", import.meta.url);

// A member with a default may be left out of a request.
const types = await openapiTS(document, { silent: true, defaultNonNullable: false });
const text = "// Generated from docs/openapi.json by npm run generate. Do not edit.\n" + astToString(types);

const open = vague(text);
if (open.length > 0) fail(`docs/openapi.json leaves types open:\n${open.join("\n")}`);
if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text)
  fail("ui/src/api/schema.gen.ts is not what docs/openapi.json says (make generate)");

/** Lists the types that say nothing. */
function vague(text) {
  // What the generator writes itself: no header of an answer is described that a page reads, and
  // there are neither webhooks nor definitions.
  const generated = ["headers", "webhooks", "$defs"];
  const found = [];
  const visit = (node, path) => {
    const name = node.name?.getText() ?? "";
    if (generated.includes(name)) return;
    const here = name ? [...path, name] : path;
    const empty = ts.isTypeReferenceNode(node) && node.getText() === "Record<string, never>";
    if (node.kind === ts.SyntaxKind.UnknownKeyword || node.kind === ts.SyntaxKind.AnyKeyword || empty) {
      found.push(`${here.join(".")}: ${node.getText()}`);
    }
    ts.forEachChild(node, (child) => visit(child, here));
  };
  visit(ts.createSourceFile("schema.gen.ts", text, ts.ScriptTarget.ES2022, true), []);
  return found;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
