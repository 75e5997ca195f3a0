import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { ApiError, unreachable } from "~/api/client";
import type { Remedy } from "~/api/types";
import { common } from "~/text/common";
import { Banner, Button, Dialog } from "./parts";
import type { IconName } from "./icon";

/** A line of a plan: what an action does, keeps, runs, costs. */
export interface PlanLine {
  term: string;
  text: ReactNode;
}

/** The run that what helps is about, such as a retry that has to end first. */
function conflicting(actions: readonly Remedy[]): string | undefined {
  const run = actions.flatMap((a) => /^\/api\/runs\/([^/]+)\//.exec(a.endpoint ?? "")?.[1] ?? [])[0];
  return run === undefined ? undefined : decodeURIComponent(run);
}

interface PlanProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  lines: readonly PlanLine[];
  /** More than lines: a choice, a field for the reason. */
  children?: ReactNode;
  confirm: { label: string; icon?: IconName; danger?: boolean; off?: string | null };
  /** Does it. What it throws is shown, and the plan stays open; also if it returns false. */
  act: () => Promise<unknown>;
}

/** Why an action was refused, with what helps; and the run that it conflicts with, as a link. */
export function ActError({ error }: { error: Error }) {
  const refused = error instanceof ApiError ? error : null;
  const away = refused?.code === unreachable;
  const run = refused?.problem?.run_id ?? conflicting(refused?.actions ?? []);
  return (
    <Banner tone="bad" icon="bad" title={away ? common.unreachable.title : error.message}>
      {away ? common.notDone : refused?.hint}
      {run && (
        <p>
          <Link to="/runs/$run" params={{ run }}>
            {common.openRun(run)}
          </Link>
        </p>
      )}
    </Banner>
  );
}

/** What an action keeps, runs and costs, before it happens. The focus starts on Back. */
export function Plan({ open, onClose, title, lines, children, confirm, act }: PlanProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const close = () => {
    setError(null);
    onClose();
  };
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      if ((await act()) !== false) close();
    } catch (e) {
      setError(e as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      foot={
        <>
          <Button autoFocus onClick={close}>
            {common.back}
          </Button>
          <Button
            look={confirm.danger ? "danger" : "primary"}
            {...(confirm.icon ? { icon: confirm.icon } : {})}
            off={confirm.off}
            disabled={busy}
            aria-busy={busy}
            onClick={() => void run()}
          >
            {confirm.label}
          </Button>
        </>
      }
    >
      <dl className="kv">
        {lines.map((l) => (
          <div key={l.term} className="kv-row">
            <dt>{l.term}</dt>
            <dd>{l.text}</dd>
          </div>
        ))}
      </dl>
      {children}
      {error && <ActError error={error} />}
    </Dialog>
  );
}
