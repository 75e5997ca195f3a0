import { useQuery, useQueryClient } from "@tanstack/react-query";
import { memo, useState, type ReactNode } from "react";
import { api, take } from "~/api/client";
import { words } from "~/api/queries";
import { Banner, Button, Card, Foreign } from "~/design/parts";
import { Icon, type IconName } from "~/design/icon";
import { Plan } from "~/design/plan";
import { useToast } from "~/design/toast";
import { formatCount, formatMoney } from "~/format/format";
import { ReasonField } from "~/run/act/plans";
import { results as text } from "~/text/results";
import { ConfirmButton, confirmVersion } from "./confirm";
import type { ConfigData, Made, Summary } from "./data";
import { Edit, useFocusBack } from "./edit";
import { fieldsOf, showValue } from "./fields";
import { Raw } from "./raw";
import { Confidence, Marks, Origin } from "./scene-detail";
import { HealthPill } from "./scene-table";

const icons: Record<string, IconName> = {
  title_page: "file",
  rule: "probe",
  model: "model",
  default: "todo",
  person: "you",
  unknown: "todo",
};

/** The order in which settings are read: those that can be edited, then the rest. */
function namesOf(data: ConfigData): string[] {
  const first = fieldsOf["project_config"]!.map((f) => f.name);
  return [...first, ...Object.keys(data.detection_details).filter((n) => !first.includes(n))];
}

/** The settings of the project: each with its value, where it comes from, and how sure it is. */
export const Settings = memo(function Settings({
  config,
  project,
  summary,
  editable,
  paused,
  onHistory,
}: {
  config: Made<ConfigData>;
  project: string;
  summary: Summary | undefined;
  editable: boolean;
  /** The run that waits until a person accepts the settings. */
  paused: string | null;
  onHistory: () => void;
}) {
  const [editing, setEditing] = useState<string | true | null>(null);
  const button = useFocusBack(editing !== null);
  const subject = { project, type: "project_config", entity: "project", what: text.edit.settings };
  const { health, ref } = config.metadata;
  return (
    <Card
      id="settings"
      title={text.settings.title}
      tools={
        <>
          <HealthPill health={health} />
          <span className="small faint">
            {text.settings.version(formatCount(ref.version), formatCount(summary?.latest_version ?? ref.version))}
          </span>
          <span className="row wrap push">
            {editable && editing === null && (
              <>
                <Button ref={button} small icon="edit" onClick={() => setEditing(true)}>
                  {text.settings.edit}
                </Button>
                {health !== "confirmed_valid" && !paused && <ConfirmButton subject={subject} version={ref.version} />}
              </>
            )}
            <Button small onClick={onHistory}>
              {text.scene.history}
            </Button>
          </span>
        </>
      }
    >
      <SettingsNotice config={config} subject={subject} paused={paused} />
      {editing !== null ? (
        <div className="card-body">
          <Edit subject={subject} focus={editing === true ? undefined : editing} onDone={() => setEditing(null)} />
        </div>
      ) : (
        <>
          <Table data={config.data} onEdit={editable ? setEditing : null} />
          <details className="card-foot small">
            <summary>{text.scene.made}</summary>
            <Origin metadata={config.metadata} summary={summary} unit="project" />
            <Raw data={config} />
          </details>
        </>
      )}
    </Card>
  );
});

/** What has to be done with the settings: checked, accepted, made again. */
function SettingsNotice({
  config,
  subject,
  paused,
}: {
  config: Made<ConfigData>;
  subject: { project: string; type: string; entity: string; what: string };
  paused: string | null;
}) {
  const { data: known } = useQuery(words());
  const { health, ref } = config.metadata;
  if (paused)
    return (
      <div className="card-note">
        <Banner
          tone="wait"
          icon="pause"
          title={text.settings.waiting}
          actions={<Accept run={paused} subject={subject} version={ref.version} confirmed={health === "confirmed_valid"} />}
        >
          {text.settings.waitingText}
        </Banner>
      </div>
    );
  if (health === "valid" || health === "confirmed_valid") return null;
  return (
    <div className="card-note">
      <Banner tone="wait" icon="out" title={text.healthSentence(known?.healths[health] ?? health)}>
        <Marks metadata={config.metadata} />
        {health === "needs_review" && text.settings.reviewText}
      </Banner>
    </div>
  );
}

/** Confirms the settings and resumes the run that waits for that. */
function Accept({
  run,
  subject,
  version,
  confirmed,
}: {
  run: string;
  subject: { project: string; type: string; entity: string; what: string };
  version: number;
  confirmed: boolean;
}) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const toast = useToast();
  const why = reason.trim() ? { reason: reason.trim() } : {};
  return (
    <>
      <Button look="primary" small icon="run" onClick={() => setOpen(true)}>
        {text.settings.resume}
      </Button>
      <Plan
        open={open}
        onClose={() => setOpen(false)}
        title={text.settings.resume}
        lines={[{ term: text.again.what, text: text.settings.resumeWhat }]}
        confirm={{ label: text.settings.resume, icon: "run" }}
        act={async () => {
          if (!confirmed) await confirmVersion(subject, version, reason);
          await take(api.POST("/api/runs/{run_id}/resume", { params: { path: { run_id: run } }, body: why }));
          await client.invalidateQueries({ queryKey: ["run", run] });
          toast(text.settings.resumed);
        }}
      >
        <ReasonField value={reason} set={setReason} />
      </Plan>
    </>
  );
}

function Table({ data, onEdit }: { data: ConfigData; onEdit: ((field: string) => void) | null }) {
  const editable = new Set(fieldsOf["project_config"]!.map((f) => f.name));
  const values = data as unknown as Record<string, unknown>;
  const { columns } = text.settings;
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={text.settings.region}>
      <table className="table conf">
        <thead>
          <tr>
            <th scope="col">{columns.field}</th>
            <th scope="col">{columns.value}</th>
            <th scope="col">{columns.source}</th>
            <th scope="col" className="r">
              {columns.confidence}
            </th>
            <th scope="col">
              <span className="vh">{columns.edit}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {namesOf(data).map((name) => {
            const d = data.detection_details[name];
            const label = text.fields[name] ?? name;
            return (
              <tr key={name}>
                <th scope="row">{label}</th>
                <td>
                  <Value name={name} value={values[name]} />
                  {d?.rationale && (
                    <div className="hintrow" dir="auto">
                      {d.rationale}
                    </div>
                  )}
                </td>
                <td>
                  {d && (
                    <span className="src">
                      <Icon name={icons[d.by] ?? "todo"} /> {text.settings.source[d.by] ?? d.by}
                    </span>
                  )}
                </td>
                <td className="r">
                  {d && d.by !== "default" && d.by !== "unknown" && d.by !== "person" ? (
                    <Confidence share={d.confidence} />
                  ) : (
                    <span className="faint">{d?.by === "unknown" ? "" : text.settings.fixed}</span>
                  )}
                </td>
                <td className="r">
                  {onEdit && editable.has(name) && (
                    <Button
                      look="plain"
                      small
                      icon="edit"
                      aria-label={text.settings.editField(label)}
                      onClick={() => onEdit(name)}
                    />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A setting's value: lists as chips of text, money as money, what is not known as that. */
function Value({ name, value }: { name: string; value: unknown }): ReactNode {
  const none = value === null || value === "" || value === "unknown" || (Array.isArray(value) && value.length === 0);
  if (none) return <span className="faint">{text.settings.none}</span>;
  if (name === "budget_cap_usd" && typeof value === "number") return formatMoney(value);
  if (typeof value === "number") return <span className="num">{formatCount(value)}</span>;
  if (Array.isArray(value) && value.length > 8)
    return (
      <details>
        <summary>
          <Foreign>{value.slice(0, 5).join(", ")}</Foreign>{" "}
          <span className="faint">{text.presence.more(formatCount(value.length))}</span>
        </summary>
        <Foreign>{value.slice(5).join(", ")}</Foreign>
      </details>
    );
  return <Foreign>{showValue(value)}</Foreign>;
}
