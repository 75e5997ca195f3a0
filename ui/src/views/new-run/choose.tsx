import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { inputs, project as projectQuery } from "~/api/queries";
import { Icon } from "~/design/icon";
import { Ago, Button, Card, Foreign, LoadError } from "~/design/parts";
import { formatBytes, formatShare } from "~/format/format";
import { FileButton } from "~/intake/file-button";
import { Formats, FormatsMissing } from "~/intake/formats";
import { useIntake } from "~/intake/intake";
import { SampleButton } from "~/intake/sample";
import { formatScan } from "~/intake/scan";
import { common } from "~/text/common";
import { newRun as text } from "~/text/new-run";

/** Nothing is chosen yet: where to drop a script, and those that the project has. */
export function Choose({ project }: { project?: string | undefined }) {
  const target = project === undefined ? null : { project };
  return (
    <div className="stack">
      <section className="drop bigdrop" aria-label={text.choose.title}>
        <Icon name="drop" />
        <strong>{text.choose.drop}</strong>
        <span className="small quiet">
          <Formats />
        </span>
        <span className="row wrap center">
          <FileButton look="primary" target={target} />
          <SampleButton />
        </span>
        <span className="tiny faint">{text.choose.notice}</span>
        <span className="tiny faint">
          <FormatsMissing />
        </span>
      </section>
      {project !== undefined && <Scripts project={project} />}
    </div>
  );
}

function Scripts({ project }: { project: string }) {
  const { data } = useQuery(inputs(project));
  const { data: of } = useQuery(projectQuery(project));
  if (!data || data.length === 0) return null;
  return (
    <Card title={text.choose.have(of?.display_name ?? project)}>
      <ul className="plainlist">
        {[...data].reverse().map((f) => (
          <li key={f.filename} className="row wrap">
            <Icon name="file" />
            <span>
              <Link to="/new" search={(s) => ({ ...s, project, input: f.filename })} replace className="strong">
                <Foreign>{f.original_name}</Foreign>
              </Link>
              <br />
              <span className="small quiet">{f.scan && formatScan(f.scan)}</span>
            </span>
            <span className="push small faint">
              <Ago at={f.created_at} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** A script on its way: how much of it is sent, or why it was refused. */
export function SendingCard() {
  const { sending, retry, cancel } = useIntake();
  if (sending.phase === "idle") return null;
  if (sending.phase === "failed")
    return (
      <Card title={<Foreign>{text.sending.failed(sending.file.name)}</Foreign>}>
        <div className="card-body stack">
          <LoadError error={sending.error} />
          <div className="row wrap">
            <FileButton look="primary">{text.sending.other}</FileButton>
            <Button icon="retry" onClick={retry}>
              {common.retry}
            </Button>
            <Button look="plain" onClick={cancel}>
              {common.cancel}
            </Button>
          </div>
          <p className="small quiet">
            <Formats />. <FormatsMissing />
          </p>
        </div>
      </Card>
    );
  const done = sending.share >= 1;
  return (
    <Card title={<Foreign>{text.sending.title(sending.file.name)}</Foreign>}>
      <div className="card-body stack" role="status">
        <progress className="sendbar" value={sending.share} aria-label={text.sending.title(sending.file.name)} />
        <div className="row wrap">
          <span className="small quiet num">
            {done ? text.sending.reading : text.sending.share(formatShare(sending.share))}, {formatBytes(sending.file.size)}
          </span>
          <span className="push">
            <Button onClick={cancel}>{common.cancel}</Button>
          </span>
        </div>
      </div>
    </Card>
  );
}
