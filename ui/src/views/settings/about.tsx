import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "~/api/client";
import { Card, LoadError, Skeleton } from "~/design/parts";
import { settings as text } from "~/text/settings";
import { Markdown } from "./markdown";

const version = { queryKey: ["version"], queryFn: () => take(api.GET("/api/ready")), staleTime: 60_000 };
const changelog = {
  queryKey: ["changelog"],
  queryFn: () => take(api.GET("/api/changelog", { parseAs: "text" })) as Promise<string>,
  staleTime: Infinity,
};

/** The version of the program, its documents, and what has changed. */
export function About() {
  const { data } = useQuery(version);
  return (
    <Card title={text.about.title}>
      <div className="card-body stack">
        <dl className="kv">
          <dt>{text.about.version}</dt>
          <dd>
            <code>{data?.version ?? "…"}</code>
          </dd>
        </dl>
        <div className="row wrap">
          <a className="btn sm" href="/docs" target="_blank" rel="noreferrer">
            {text.about.docs}
          </a>
          <a className="btn sm" href="/openapi.json" target="_blank" rel="noreferrer">
            {text.about.document}
          </a>
          <a className="btn sm" href="/metrics" target="_blank" rel="noreferrer">
            {text.about.metrics}
          </a>
        </div>
        <Changelog />
      </div>
    </Card>
  );
}

function Changelog() {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{text.about.changelog}</summary>
      {open && <ChangelogText />}
    </details>
  );
}

function ChangelogText() {
  const { data, error, refetch } = useQuery(changelog);
  if (data === undefined) return error ? <LoadError error={error} retry={() => void refetch()} /> : <Skeleton lines={8} />;
  return <Markdown source={data} />;
}
