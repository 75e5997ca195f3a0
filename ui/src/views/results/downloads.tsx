import { Card } from "~/design/parts";
import { Icon } from "~/design/icon";
import { results as text } from "~/text/results";

/** What can be taken away, each with what it is good for. The links lead to the API. */
export function Downloads({ project, run, has }: { project: string; run: string | null; has: boolean }) {
  const base = run ? `/api/runs/${encodeURIComponent(run)}` : `/api/projects/${encodeURIComponent(project)}`;
  const lines = `/api/projects/${encodeURIComponent(project)}/artifacts?format=ndjson`;
  return (
    <Card id="downloads" title={text.downloads.title} tools={<span className="small faint">{text.downloads.note}</span>}>
      {has ? (
        <ul className="downloads">
          {text.downloads.formats.map((f) => (
            <li key={f.format}>
              <Get href={`${base}/export?format=${f.format}`} name={f.name} what={f.what} />
            </li>
          ))}
          <li>
            <Get href={lines} name={text.downloads.ndjson.name} what={text.downloads.ndjson.what} file={`${project}.ndjson`} />
          </li>
        </ul>
      ) : (
        <p className="card-body quiet">{text.downloads.none}</p>
      )}
    </Card>
  );
}

/** The server names its exports; what it shows as a page gets a name here. */
function Get({ href, name, what, file }: { href: string; name: string; what: string; file?: string }) {
  return (
    <>
      <a className="btn" href={href} download={file ?? true}>
        <Icon name="get" />
        {name}
      </a>
      <span className="small quiet">{what}</span>
    </>
  );
}
