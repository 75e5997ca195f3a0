import { useState } from "react";
import { Button, CopyButton } from "~/design/parts";
import { results as text } from "~/text/results";

/** The data behind a view, as JSON, behind a button. */
export function Raw({ data }: { data: unknown }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="stack tight">
      <div className="row">
        <Button look="plain" small aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? text.scene.rawHide : text.scene.rawShow}
        </Button>
        {open && <CopyButton value={JSON.stringify(data, null, 2)} what={text.scene.raw} />}
      </div>
      {open && (
        <pre className="code raw" tabIndex={0} aria-label={text.scene.raw}>
          {JSON.stringify(data, null, 2)}
        </pre>
      )}
    </div>
  );
}
