import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { api, take } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button, Card, Foreign } from "~/design/parts";
import { Plan } from "~/design/plan";
import { useToast } from "~/design/toast";
import { formatCount } from "~/format/format";
import { project as text } from "~/text/project";

const t = text.deletion;

const done = (d: Schemas["Deleted"]): string => t.done(formatCount(d.runs), formatCount(d.artifacts));

/** Deletes a project, once its name is typed: nothing of it is left. */
export function DeleteProject({ project }: { project: Schemas["Project"] }) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const id = useId();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const path = { project_id: project.project_id };
  const counts = [project.input_files.length, project.run_count, project.artifact_groups].map(formatCount);
  const act = async () => {
    const deleted = await take(api.DELETE("/api/projects/{project_id}", { params: { path } }));
    await navigate({ to: "/" });
    client.removeQueries({ queryKey: ["project", project.project_id] });
    await Promise.all([client.invalidateQueries({ queryKey: ["projects"] }), client.invalidateQueries({ queryKey: ["runs"] })]);
    toast(done(deleted));
  };
  return (
    <Card title={text.danger.title}>
      <div className="card-body row wrap">
        <span className="quiet">{text.danger.why}</span>
        <span className="push">
          <Button look="danger" onClick={() => setOpen(true)}>
            {text.danger.button}
          </Button>
        </span>
      </div>
      <Plan
        open={open}
        onClose={() => setOpen(false)}
        title={<Foreign>{t.project(project.display_name)}</Foreign>}
        lines={[
          { term: t.goes, text: t.counted(counts[0]!, counts[1]!, counts[2]!) },
          { term: "", text: t.drills },
          { term: t.stays, text: t.elsewhere },
          { term: t.final, text: t.finalWhy },
        ]}
        confirm={{
          label: t.confirmProject,
          danger: true,
          off: typed.trim() === project.display_name.trim() ? null : t.typeFirst,
        }}
        act={act}
      >
        <div className="field">
          <label htmlFor={id}>{t.type(project.display_name)}</label>
          <input
            id={id}
            className="input"
            dir="auto"
            autoComplete="off"
            value={typed}
            onChange={(e) => setTyped(e.target.value)}
          />
        </div>
      </Plan>
    </Card>
  );
}

interface DeleteInputProps {
  project: Schemas["Project"];
  file: Schemas["Input"];
  runs: number;
  open: boolean;
  onClose: () => void;
}

/** Deletes a script with its runs, after its plan. */
export function DeleteInput({ project, file, runs, open, onClose }: DeleteInputProps) {
  const client = useQueryClient();
  const toast = useToast();
  const path = { project_id: project.project_id, filename: file.filename };
  const act = async () => {
    const deleted = await take(api.DELETE("/api/projects/{project_id}/inputs/{filename}", { params: { path } }));
    await Promise.all(
      [["project", project.project_id], ["projects"], ["runs"]].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
    toast(done(deleted));
  };
  return (
    <Plan
      open={open}
      onClose={onClose}
      title={<Foreign>{t.input(file.original_name)}</Foreign>}
      lines={[
        { term: t.goes, text: t.inputCounted(formatCount(runs)) },
        { term: t.stays, text: t.inputStays },
        { term: t.final, text: t.finalWhy },
      ]}
      confirm={{ label: t.confirmInput, danger: true }}
      act={act}
    />
  );
}
