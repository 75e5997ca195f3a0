// Times a full parse of a Fountain file by each peer, and prints one line for each:
// name, version, MB/s, scene headings found.
//
// usage: node runner.mjs FILE [SECONDS]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";

const require = createRequire(import.meta.url);
const aw = require("aw-parser");
const { Fountain } = require("fountain-js");

// Each parse makes the peer's tokens and nothing else: HTML is off where it can be.
const peers = {
  "aw-parser": (text) =>
    aw.parser.parse(text, {
      print_headers: true, print_actions: true, print_dialogues: true, print_notes: true,
      print_sections: true, print_synopsis: true, each_scene_on_new_page: false,
    }).tokens.filter((t) => t.type === "scene_heading").length,
  "fountain-js": (text) =>
    new Fountain().parse(text, true).tokens.filter((t) => t.type === "scene_heading").length,
};

const [file, seconds = "3"] = process.argv.slice(2);
if (!file) {
  console.error("usage: node runner.mjs FILE [SECONDS]");
  process.exit(2);
}
const bytes = readFileSync(file);
const text = bytes.toString("utf8");
for (const [name, parse] of Object.entries(peers)) {
  const version = require(`${name}/package.json`).version;
  let scenes = parse(text); // warm up
  const times = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end || times.length < 5; ) {
    const start = performance.now();
    scenes = parse(text);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const median = times[times.length >> 1];
  console.log([name, version, (bytes.length / 1e3 / median).toFixed(2), scenes].join("\t"));
}
