import { useState } from "react";
import type { Overview, Schemas } from "~/api/types";
import { Icon } from "~/design/icon";
import { Ago, Button, Card, Empty, Foreign, LinkButton, Skeleton } from "~/design/parts";
import { formatBytes, formatCount } from "~/format/format";
import { FileButton } from "~/intake/file-button";
import { formatScan } from "~/intake/scan";
import { project as text } from "~/text/project";
import { DeleteInput } from "./deletion";

interface ScriptsProps {
  project: Schemas["Project"];
  files: readonly Schemas["Input"][] | undefined;
  runs: readonly Overview[];
}

/** The scripts of a project, newest first: what was read of each, and a run with it. */
export function Scripts({ project, files, runs }: ScriptsProps) {
  const target = { project: project.project_id };
  return (
    <Card
      title={text.scripts.title}
      tools={
        !project.drill && (
          <span className="push">
            <FileButton small icon="plus" target={target}>
              {text.scripts.add}
            </FileButton>
          </span>
        )
      }
    >
      {files === undefined ? (
        <Skeleton lines={3} />
      ) : files.length === 0 ? (
        <Empty icon="drop" title={text.scripts.empty.title}>
          {text.scripts.empty.hint}
        </Empty>
      ) : (
        <ul className="scripts">
          {[...files].reverse().map((f) => (
            <Script
              key={f.filename}
              project={project}
              file={f}
              runs={runs.filter((r) => r.input_name === f.original_name).length}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

interface ScriptProps {
  project: Schemas["Project"];
  file: Schemas["Input"];
  runs: number;
}

function Script({ project, file, runs }: ScriptProps) {
  const [deletes, setDeletes] = useState(false);
  const scan = file.scan;
  const notes = [scan && formatScan(scan), formatBytes(file.size_bytes), text.scripts.runs(runs, formatCount(runs))];
  return (
    <li>
      <Icon name="file" className="faint" />
      <div>
        <h3>
          <Foreign>{file.original_name}</Foreign>
        </h3>
        <p className="small quiet">
          {notes.filter(Boolean).join(", ")},{" "}
          <span className="nowrap">
            {text.scripts.added} <Ago at={file.created_at} />
          </span>
        </p>
        {scan && scan.warning_count > 0 && scan.kind === "screenplay" && (
          <p className="small wait">
            <Icon name="out" /> {text.scripts.warnings(scan.warning_count, formatCount(scan.warning_count))}
          </p>
        )}
      </div>
      <div className="acts">
        <LinkButton small to="/new" search={{ project: project.project_id, input: file.filename }}>
          {text.scripts.run}
          <span className="vh">: {file.original_name}</span>
        </LinkButton>
        <Button small look="danger" aria-label={text.scripts.deleteNamed(file.original_name)} onClick={() => setDeletes(true)}>
          {text.scripts.delete}
        </Button>
      </div>
      <DeleteInput project={project} file={file} runs={runs} open={deletes} onClose={() => setDeletes(false)} />
    </li>
  );
}
