import { useQuery } from "@tanstack/react-query";
import { failures as failuresQuery } from "~/api/queries";
import type { RunState } from "~/api/types";
import { Icon } from "~/design/icon";
import { CopyId, Foreign } from "~/design/parts";
import { formatProvider } from "~/format/format";
import { currentStage } from "~/run/units";
import { run as text } from "~/text/run";
import { capital } from "./band-words";

const c = text.cause;

/** Why a stage failed for good: class, code, cause, what helps, request id, as one row of the band. */
export function Cause({ answer }: { answer: RunState }) {
  const { data: failures = [] } = useQuery(failuresQuery());
  const stage = currentStage(answer.state)?.stage;
  if (!stage || stage.status !== "failed") return null;
  const errorClass = stage.final_error_class ?? "unknown";
  const known = failures.find((f) => f.error_class === errorClass);
  const code = [stage.http_status ? c.http(String(stage.http_status)) : null, stage.provider_code || null].filter(
    (x) => x !== null,
  );
  const model = [stage.failed_provider && formatProvider(stage.failed_provider), stage.failed_model].filter(Boolean).join(" ");
  const helps = stage.hint ?? known?.action;
  return (
    <dl className="cause">
      <div>
        <dt>{c.class}</dt>
        <dd>
          <strong className="bad">
            <Icon name={classIcons[errorClass] ?? "bad"} /> {known?.title ?? errorClass}
          </strong>{" "}
          <span className="mono faint">{errorClass}</span>
          {code.length > 0 && (
            <div className="mono tiny">
              <Foreign>{code.join(" ")}</Foreign>
            </div>
          )}
        </dd>
      </div>
      <div>
        <dt>{c.cause}</dt>
        <dd>
          <Foreign>{capital(stage.error ?? answer.background_error ?? c.none)}</Foreign>
        </dd>
      </div>
      {helps && (
        <div>
          <dt>{c.helps}</dt>
          <dd>{`${capital(helps.replace(/\.$/, ""))}.`}</dd>
        </div>
      )}
      {(model || stage.request_id) && (
        <div>
          <dt>{c.request}</dt>
          <dd>
            {model && <Foreign>{model}</Foreign>}
            {stage.request_id && <CopyId value={stage.request_id} what={c.requestID} />}
          </dd>
        </div>
      )}
    </dl>
  );
}

const classIcons: Record<string, "key" | "gate" | "out" | undefined> = {
  auth: "key",
  permission: "key",
  rate_limited: "gate",
  quota_exhausted: "gate",
  overloaded: "out",
  server_error: "out",
  connection: "out",
  timeout: "out",
};
