// Generates the types of the API from its document: npm run generate.
import { writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const document = new URL("../../docs/openapi.json", import.meta.url);
// A member with a default may be left out of a request.
const types = await openapiTS(document, { silent: true, defaultNonNullable: false });
const head = "// Generated from docs/openapi.json by npm run generate. Do not edit.\n";
writeFileSync(new URL("../src/api/schema.gen.ts", import.meta.url), head + astToString(types));
