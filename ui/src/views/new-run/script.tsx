import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { project as projectQuery, projects } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Icon } from "~/design/icon";
import { Button, Card, Foreign, Pill } from "~/design/parts";
import { formatBytes } from "~/format/format";
import { FileButton } from "~/intake/file-button";
import { useIntake } from "~/intake/intake";
import { Rename } from "~/project/rename";
import { common } from "~/text/common";
import { newRun as text } from "~/text/new-run";

/** The script of the run, and the project that it is in. */
export function ScriptCard({ file, project }: { file: Schemas["Input"]; project: string }) {
  const { arrived } = useIntake();
  const here = arrived?.project === project && arrived.input === file.filename ? arrived : null;
  const bad = file.scan?.problem;
  return (
    <Card title={text.script.title} className="scriptcard">
      <div className="card-body row wrap scriptrow">
        <Icon name="file" className="faint" />
        <div className="grow">
          <div className="strong">
            <Foreign>{file.original_name}</Foreign>
          </div>
          <div className="small quiet num">
            {[file.scan?.format, file.scan?.encoding, formatBytes(file.size_bytes)].filter(Boolean).join(", ")}
          </div>
        </div>
        <Pill tone={bad ? "bad" : "ok"} icon={bad ? "bad" : "ok"}>
          {bad ? text.script.unreadable : text.script.readable}
        </Pill>
        <FileButton small>{text.script.change}</FileButton>
      </div>
      <div className="card-foot">
        <InProject project={project} made={here?.created === true} joined={here !== null && !here.created} />
        {here?.duplicate && <p className="small quiet">{text.script.duplicate}</p>}
      </div>
    </Card>
  );
}

/** Which project the script is in; its name can be changed, and what was just uploaded can go into another one. */
function InProject({ project, made, joined }: { project: string; made: boolean; joined: boolean }) {
  const { data } = useQuery(projectQuery(project));
  const [edit, setEdit] = useState<"name" | "move" | null>(null);
  if (!data) return <span className="skel" />;
  return (
    <div className="stack tight">
      <div className="row wrap small">
        <span className="faint">{text.script.project}</span>
        <span className="strong">
          <Foreign>{data.display_name}</Foreign>
        </span>
        {(made || joined) && <span className="faint">{made ? text.script.made : text.script.joined}</span>}
        <span className="row push">
          {made && (
            <Button small look="plain" icon="edit" aria-expanded={edit === "name"} onClick={() => setEdit("name")}>
              {text.script.rename}
            </Button>
          )}
          {(made || joined) && (
            <Button small look="plain" icon="swap" aria-expanded={edit === "move"} onClick={() => setEdit("move")}>
              {text.script.move}
            </Button>
          )}
        </span>
      </div>
      {edit === "name" && <Rename project={project} name={data.display_name} onDone={() => setEdit(null)} />}
      {edit === "move" && <Move from={project} onDone={() => setEdit(null)} />}
    </div>
  );
}

/** Puts the script that was just uploaded into another project; a project that was made for it goes. */
function Move({ from, onDone }: { from: string; onDone: () => void }) {
  const { move } = useIntake();
  const { data = [] } = useQuery(projects());
  const [to, setTo] = useState("");
  const [name, setName] = useState("");
  const others = data.filter((p) => !p.drill && p.project_id !== from);
  return (
    <form
      className="row wrap"
      onSubmit={(e) => {
        e.preventDefault();
        if (to !== "") move({ project: to });
        else if (name.trim()) move({ named: name.trim() });
      }}
    >
      <select className="input grow" aria-label={text.script.moveTo} value={to} autoFocus onChange={(e) => setTo(e.target.value)}>
        <option value="">{text.script.newProject}</option>
        {others.map((p) => (
          <option key={p.project_id} value={p.project_id}>
            {p.display_name}
          </option>
        ))}
      </select>
      {to === "" && (
        <input
          className="input grow"
          aria-label={text.script.name}
          placeholder={text.script.name}
          value={name}
          maxLength={200}
          dir="auto"
          onChange={(e) => setName(e.target.value)}
        />
      )}
      <Button type="submit" disabled={to === "" && !name.trim()}>
        {text.script.move}
      </Button>
      <Button look="plain" onClick={onDone}>
        {common.cancel}
      </Button>
    </form>
  );
}
