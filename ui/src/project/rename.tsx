import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "~/api/client";
import { Button, LoadError } from "~/design/parts";
import { common } from "~/text/common";
import { rename as text } from "~/text/rename";

/** Changes the name of a project. */
export function Rename({ project, name, onDone }: { project: string; name: string; onDone: () => void }) {
  const [value, setValue] = useState(name);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      take(
        api.PATCH("/api/projects/{project_id}/settings", {
          params: { path: { project_id: project } },
          body: { display_name: value.trim() },
        }),
      ),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ["project", project] }),
        client.invalidateQueries({ queryKey: ["projects"] }),
      ]);
      onDone();
    },
  });
  return (
    <form
      className="stack tight"
      onSubmit={(e) => {
        e.preventDefault();
        if (value.trim()) save.mutate();
      }}
    >
      <div className="row wrap">
        <input
          className="input grow"
          aria-label={text.name}
          value={value}
          maxLength={200}
          dir="auto"
          autoFocus
          onChange={(e) => setValue(e.target.value)}
          onKeyDown={(e) => e.key === "Escape" && onDone()}
        />
        <Button type="submit" disabled={save.isPending || !value.trim()}>
          {text.save}
        </Button>
        <Button look="plain" onClick={onDone}>
          {common.cancel}
        </Button>
      </div>
      {save.isError && <LoadError error={save.error} title={text.notSaved} />}
    </form>
  );
}
