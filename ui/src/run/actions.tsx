import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useKeys } from "~/app/keys";
import { run as runQuery } from "~/api/queries";
import type { RunState } from "~/api/types";
import { Icon } from "~/design/icon";
import { Button, LinkButton } from "~/design/parts";
import { act as text } from "~/text/act";
import { actsOf, type ActLink, type RunAct } from "./act/acts";
import { SimplePlan } from "./act/plans";
import { ProvidersPlan } from "./act/providers-plan";
import { RetryPlanDialog } from "./act/retry-plan";
import "./act/act.css";

interface RunActionsProps {
  id: string;
  /** What the server says of the run; without it, it is read. */
  answer?: RunState;
  /** For lists: small buttons, the most helpful ones alone, and a new run is linked to instead of opened. */
  compact?: boolean;
  /** Keys: t tries now, r retries or resumes. */
  keys?: boolean;
}

/** What can be done about a run, what helps most first. Each act shows its plan before it happens. */
export function RunActions({ id, answer, compact, keys }: RunActionsProps) {
  const { data } = useQuery({ ...runQuery(id), enabled: answer === undefined });
  const state = answer ?? data;
  if (state === undefined) return null;
  const all = actsOf(state);
  const acts = compact ? all.filter((a) => a.kind !== "link" || a.look === "primary").slice(0, 2) : all;
  return <ActButtons answer={state} acts={acts} small={compact} keys={keys} />;
}

interface ActButtonsProps {
  answer: RunState;
  acts: readonly RunAct[];
  small?: boolean | undefined;
  keys?: boolean | undefined;
  /** No button stands out: the view has its primary one elsewhere. */
  plain?: boolean;
  /** A new run is opened, as it is not from a list. */
  open?: boolean;
}

/** Buttons of acts of a run, with the plans that they open. */
export function ActButtons({ answer, acts, small, keys, plain, open: opensNew }: ActButtonsProps) {
  const [opened, setOpened] = useState<RunAct | null>(null);
  const [open, setOpen] = useState(false);
  const from = useRef<HTMLElement | null>(null);
  const show = (a: RunAct) => {
    from.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setOpened(a);
    setOpen(true);
  };
  const close = () => {
    setOpen(false);
    from.current?.focus();
  };
  return (
    <div className="acts" role="group" aria-label={text.group}>
      {keys && <ActKeys acts={acts} show={show} />}
      {acts.map((a) =>
        a.kind === "link" ? (
          <ActLinkButton key={a.id} act={a} answer={answer} small={small} plain={plain} />
        ) : (
          <Button
            key={a.id}
            {...(a.icon ? { icon: a.icon } : {})}
            {...(a.look && !(plain && a.look === "primary") ? { look: a.look } : {})}
            small={small === true}
            off={a.off}
            onClick={() => show(a)}
          >
            {a.label}
          </Button>
        ),
      )}
      {opened && <ActPlan act={opened} answer={answer} open={open} onClose={close} stay={small && !opensNew} />}
    </div>
  );
}

function ActKeys({ acts, show }: { acts: readonly RunAct[]; show: (a: RunAct) => void }) {
  const press = (...ids: string[]) => {
    const a = ids.flatMap((id) => acts.filter((x) => x.id === id && !x.off))[0];
    return a && (() => show(a));
  };
  useKeys({ t: press("try-now"), r: press("retry-failed-stage", "resume", "resume-with-today's-providers", "retry-full-run") });
  return null;
}

interface ActPlanProps {
  act: RunAct;
  answer: RunState;
  open: boolean;
  onClose: () => void;
  stay?: boolean | undefined;
}

/** The plan of an act. */
export function ActPlan(props: ActPlanProps) {
  switch (props.act.kind) {
    case "retry":
      return <RetryPlanDialog {...props} />;
    case "providers":
      return <ProvidersPlan {...props} />;
    default:
      return <SimplePlan {...props} />;
  }
}

interface ActLinkButtonProps {
  act: RunAct;
  answer: RunState;
  small?: boolean | undefined;
  plain?: boolean | undefined;
}

function ActLinkButton({ act, answer, small, plain }: ActLinkButtonProps) {
  if (act.link === "download") {
    return (
      <a className={small ? "btn sm" : "btn"} href={`/api/runs/${encodeURIComponent(answer.run_id)}/export`} download>
        <Icon name="get" />
        {act.label}
      </a>
    );
  }
  return (
    <LinkButton
      {...target(act.link ?? "results", answer)}
      {...(act.icon ? { icon: act.icon } : {})}
      {...(act.look === "primary" && !plain ? { look: "primary" as const } : {})}
      small={small === true}
    >
      {act.label}
    </LinkButton>
  );
}

function target(link: ActLink, answer: RunState) {
  const params = { run: answer.run_id };
  switch (link) {
    case "recipe":
      return { to: "/runs/$run/recipe", params } as const;
    case "log":
      return { to: "/runs/$run/log", params } as const;
    case "providers":
      return { to: "/providers" } as const;
    case "settings":
      return { to: "/settings" } as const;
    case "again":
      return { to: "/new", search: { project: answer.state.project_id } } as const;
    default:
      return { to: "/runs/$run/results", params } as const;
  }
}
