import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, takeAnswer } from "~/api/client";
import { Button } from "~/design/parts";
import { Plan } from "~/design/plan";
import { ReasonField } from "~/run/act/plans";
import { results as text } from "~/text/results";
import { readVersion } from "./data";
import type { Subject } from "./edit";

/** Records that a person found the version that is shown correct; it is refused if another one is current by now. */
export async function confirmVersion({ project, type, entity }: Subject, version: number, reason = ""): Promise<void> {
  const { etag } = await readVersion(project, type, entity, version);
  await takeAnswer(
    api.POST("/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/confirm", {
      params: {
        path: { project_id: project, artifact_type: type, entity_id: entity },
        header: etag ? { "If-Match": etag } : {},
      },
      body: reason.trim() ? { rationale: reason.trim() } : {},
    }),
  );
}

/** A button that confirms a version, after it has said what that does. */
export function ConfirmButton({ subject, version }: { subject: Subject; version: number }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  return (
    <>
      <Button small icon="check" onClick={() => setOpen(true)}>
        {text.scene.confirm}
      </Button>
      <Plan
        open={open}
        onClose={() => setOpen(false)}
        title={text.scene.confirmTitle}
        lines={[{ term: text.again.what, text: text.scene.confirmWhat }]}
        confirm={{ label: text.scene.confirm, icon: "check" }}
        act={async () => {
          await confirmVersion(subject, version, reason);
          await client.invalidateQueries({ queryKey: ["project", subject.project] });
        }}
      >
        <ReasonField value={reason} set={setReason} />
      </Plan>
    </>
  );
}
