import { useQuery } from "@tanstack/react-query";
import { limits } from "~/api/queries";
import { Card, LoadError, Skeleton } from "~/design/parts";
import { formatBytes, formatCount } from "~/format/format";
import { settings as text } from "~/text/settings";

/** What the server takes: sizes, and the files that it can read. */
export function Limits() {
  const { data, error, refetch } = useQuery(limits());
  return (
    <Card title={text.limits.title}>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {data === undefined ? (
        !error && <Skeleton lines={4} />
      ) : (
        <div className="card-body stack">
          <dl className="kv">
            <dt>{text.limits.upload}</dt>
            <dd>{formatBytes(data.upload_bytes)}</dd>
            <dt>{text.limits.edit}</dt>
            <dd>{formatBytes(data.edit_bytes)}</dd>
            <dt>{text.limits.body}</dt>
            <dd>{formatBytes(data.body_bytes)}</dd>
            <dt>{text.limits.pages}</dt>
            <dd>{formatCount(data.pages.runs_max)}</dd>
            <dt>{text.limits.events}</dt>
            <dd>{formatCount(data.pages.events_max)}</dd>
            <dt>{text.limits.formats}</dt>
            <dd>
              <Formats of={data.formats.filter((f) => f.usable)} />
            </dd>
            <dt>{text.limits.notFormats}</dt>
            <dd>
              <Formats of={data.formats.filter((f) => !f.usable)} />
            </dd>
          </dl>
        </div>
      )}
    </Card>
  );
}

const Formats = ({ of }: { of: readonly { extensions: string[] }[] }) => of.flatMap((f) => f.extensions).join(" ");
