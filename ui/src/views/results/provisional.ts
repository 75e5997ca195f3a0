import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { inputs, inputScenes } from "~/api/queries";
import type { Run, Schemas } from "~/api/types";
import type { Artifacts, Made, Metadata, SceneData } from "./data";

/**
 * The scenes of a run that has not made them yet, as they were read from the file without a model. They
 * are there only for a Fountain file that was taken as it is, since only then its lines are those of the script.
 */
export function useProvisional(run: Run, artifacts: Artifacts | undefined, wanted: boolean): Made<SceneData>[] {
  const asItIs = wanted && artifacts?.scenes.length === 0 && artifacts.script?.data.normalization.strategy === "code_passthrough";
  const files = useQuery({ ...inputs(run.project_id), enabled: asItIs });
  const file = files.data?.find((f) => f.digest === run.input_digest && f.scan?.format === "fountain");
  const read = useQuery({ ...inputScenes(run.project_id, file?.filename ?? ""), enabled: asItIs && file !== undefined });
  return useMemo(() => (asItIs && read.data ? read.data.scenes.map(asScene) : []), [asItIs, read.data]);
}

function asScene(s: Schemas["InputScene"], i: number): Made<SceneData> {
  const id = `scene_${String(i + 1).padStart(3, "0")}`;
  const span = { start_line: s.start_line, end_line: s.end_line };
  return {
    data: {
      scene_id: id,
      scene_number: i + 1,
      number: s.number,
      heading: s.heading,
      location: s.location ?? "UNKNOWN",
      time_of_day: s.time_of_day ?? "UNSPECIFIED",
      int_ext: s.int_ext === "INT" || s.int_ext === "EXT" ? s.int_ext : "INT/EXT",
      int_ext_written: s.int_ext,
      implied: s.implied,
      characters_present: s.characters,
      elements: [],
      dialogue_blocks: s.dialogue_blocks,
      page_eighths: s.page_eighths,
      summary: null,
      narrative_beats: [],
      tone_mood: null,
      tone_shifts: [],
      source_span: span,
      canonical_span: span,
      inferences: [],
      provenance: [],
      confidence: 0,
    },
    metadata: {
      ref: { artifact_type: "scene", entity_id: id, version: 0, path: "" },
      health: "valid",
      source: "code",
      annotations: {},
      lineage: [],
    } as unknown as Metadata,
  };
}
