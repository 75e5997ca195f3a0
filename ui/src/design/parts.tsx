import { Link, type LinkProps } from "@tanstack/react-router";
import { useEffect, useId, useLayoutEffect, useRef, useState, type ComponentProps, type ReactNode } from "react";
import { ApiError, isGone, unreachable } from "~/api/client";
import { useTitle } from "~/app/title";
import { formatAgo, formatFull, formatTime, formatWhen, toMs, type Moment } from "~/format/format";
import { useNow } from "~/live/clock";
import { common } from "~/text/common";
import { Icon, type IconName } from "./icon";

/** The tone of a state: done well, alive, waiting, bad, off, or of a drill. */
export type Tone = "ok" | "live" | "wait" | "bad" | "off" | "drill";

const classes = (...names: (string | false | null | undefined)[]): string => names.filter(Boolean).join(" ");

/** The state of a row: icon and word. Waiting has a dashed edge, since nothing is done right now. */
export function Pill({ tone, icon, children }: { tone?: Tone; icon: IconName; children: ReactNode }) {
  return (
    <span className={classes("pill", tone)}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

/** A provider's letter on a plate; hollow where it has no key. The name stands beside it. */
export function Plate({ name, hollow, large }: { name: string; hollow?: boolean; large?: boolean }) {
  return (
    <span className={classes("plate", hollow && "hollow", large && "lg")} aria-hidden="true">
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}

type ButtonProps = ComponentProps<"button"> & {
  look?: "primary" | "plain" | "danger";
  small?: boolean;
  icon?: IconName;
  /** Why it can't be pressed now: it stays focusable, and says so. */
  off?: string | null | false | undefined;
};

/** A button. One primary button per view. Where it is off it says why. */
export function Button({ look, small, icon, off, children, onClick, className, ...rest }: ButtonProps) {
  const why = useId();
  return (
    <>
      <button
        type="button"
        {...rest}
        className={classes("btn", look === "danger" ? "plain danger" : look, small && "sm", !children && "icon", className)}
        aria-disabled={off ? true : undefined}
        aria-describedby={off ? why : rest["aria-describedby"]}
        title={off || rest.title}
        onClick={off ? (e) => e.preventDefault() : onClick}
      >
        {icon && <Icon name={icon} />}
        {children}
      </button>
      {off && (
        <span id={why} className="vh">
          {off}
        </span>
      )}
    </>
  );
}

/** A link that looks like a button. */
export function LinkButton({
  look,
  small,
  icon,
  children,
  ...rest
}: LinkProps & { look?: "primary" | "plain"; small?: boolean; icon?: IconName; children: ReactNode }) {
  return (
    <Link {...rest} className={classes("btn", look, small && "sm")}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

/** A card with a head. */
export function Card({
  title,
  tools,
  children,
  className,
  level = 2,
  ...rest
}: { title?: ReactNode; tools?: ReactNode; level?: 2 | 3; children: ReactNode } & Omit<ComponentProps<"section">, "title">) {
  const id = useId();
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section {...rest} className={classes("card", className)} aria-labelledby={title ? id : undefined}>
      {title && (
        <div className="card-head">
          <Heading id={id}>{title}</Heading>
          {tools}
        </div>
      )}
      {children}
    </section>
  );
}

/** A moment: as the reader's clock says it, with the day where it is not today; exact, with UTC, on hover. */
export function Time({ at, short }: { at: Moment; short?: boolean }) {
  const now = useNow();
  return (
    <time dateTime={new Date(toMs(at)).toISOString()} title={formatFull(at)}>
      {short ? formatTime(at) : formatWhen(at, now)}
    </time>
  );
}

/** How long ago a moment was. It does not tick faster than it changes, and screen readers do not hear it tick. */
export function Ago({ at }: { at: Moment }) {
  const now = useNow();
  return (
    <time dateTime={new Date(toMs(at)).toISOString()} title={formatFull(at)}>
      {formatAgo(at, now)}
    </time>
  );
}

/** An id with a button that copies it. */
export function CopyId({ value, what, show }: { value: string; what: string; show?: string }) {
  return (
    <span className="id">
      <bdi>{show ?? value}</bdi> <CopyButton value={value} what={what} />
    </span>
  );
}

/** A button that copies a text, and says that it did. */
export function CopyButton({ value, what, label }: { value: string; what: string; label?: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <Button
      look="plain"
      small
      icon={done ? "check" : "copy"}
      aria-label={label ? undefined : done ? common.copied : common.copy(what)}
      onClick={() => void copyText(value).then(() => setDone(true))}
    >
      {label ? (done ? common.copied : label) : undefined}
    </Button>
  );
}

/** Copies a text. The clipboard is missing where the page is not served safely, as over plain HTTP from another machine. */
export async function copyText(text: string): Promise<void> {
  if ("clipboard" in navigator) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "vh";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** Something that a part of the page has to say: an error of that part, a warning. */
export function Banner({
  tone,
  icon,
  title,
  children,
  actions,
}: {
  tone: Tone;
  icon: IconName;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={classes("banner", tone)} role={tone === "bad" ? "alert" : undefined}>
      <Icon name={icon} />
      <div>
        <strong>{title}</strong>
        {children && <div>{children}</div>}
      </div>
      {actions && <div className="acts push">{actions}</div>}
    </div>
  );
}

/** Why a part could not be loaded, or, with a title, what the server refused; and a button that tries again. */
export function LoadError({
  error,
  retry,
  title = common.failed.title,
}: {
  error: Error;
  retry?: () => void;
  title?: ReactNode;
}) {
  const away = error instanceof ApiError && error.code === unreachable;
  const hint = error instanceof ApiError ? error.hint : null;
  // The sign-in lies over the page, or a notice on it leads there.
  if (error instanceof ApiError && error.status === 401) return <Banner tone="wait" icon="key" title={common.needsSignIn} />;
  return (
    <Banner
      tone="bad"
      icon="out"
      title={away ? common.unreachable.title : title}
      actions={
        retry && (
          <Button icon="retry" small onClick={retry}>
            {common.retry}
          </Button>
        )
      }
    >
      <p>{away ? common.unreachable.hint : error.message}</p>
      {!away && hint && <p>{hint}</p>}
    </Banner>
  );
}

/** Nothing is there yet: what would be, and how it comes. */
export function Empty({
  icon,
  title,
  children,
  actions,
}: {
  icon: IconName;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      {children && <p className="quiet">{children}</p>}
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}

/** Stands for a view until its subject, of a name, is loaded: that it is loading, that it failed, or that there is none. */
export function Opening({ name, error, retry }: { name: string; error: Error | null; retry: () => void }) {
  useTitle(isGone(error) ? common.notFound.title : name);
  if (isGone(error))
    return (
      <Empty
        icon="find"
        title={<h1>{common.notFound.title}</h1>}
        actions={<LinkButton to="/">{common.notFound.home}</LinkButton>}
      >
        {error?.message}: <Foreign>{name}</Foreign>
      </Empty>
    );
  return (
    <>
      <h1 className="vh">
        <Foreign>{name}</Foreign>
      </h1>
      {error ? <LoadError error={error} retry={retry} /> : <Skeleton lines={8} />}
    </>
  );
}

/** Lines that stand for what is being loaded. */
export function Skeleton({ lines = 3, label = common.loading }: { lines?: number; label?: string }) {
  return (
    <div className="stack tight card-body" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} className="skel" />
      ))}
    </div>
  );
}

/** How far a counted thing is, with its words. It is never a guess: without a total there is no rail. */
export function Progress({
  done,
  waiting = 0,
  failed = 0,
  total,
  children,
}: {
  done: number;
  waiting?: number;
  failed?: number;
  total: number | null;
  children: ReactNode;
}) {
  const share = (n: number) => ({ inlineSize: `${(100 * n) / (total ?? 1)}%` });
  return (
    <span className="prog">
      {total !== null && total > 0 && (
        <span className="rail" aria-hidden="true">
          <i style={share(done)} />
          {waiting > 0 && <i className="w" style={share(waiting)} />}
          {failed > 0 && <i className="b" style={share(failed)} />}
        </span>
      )}
      {children}
    </span>
  );
}

/** A modal dialog: native, so that the focus stays in it and Esc closes it. The first element with autofocus gets the focus. */
export function Dialog({
  open,
  onClose,
  title,
  children,
  foot,
}: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // What is in it comes once it is open: only then can it take the focus.
  const [shown, setShown] = useState(false);
  useLayoutEffect(() => {
    const d = ref.current;
    if (d !== null && d.open !== open) {
      if (open) d.showModal();
      else d.close();
    }
    setShown(open);
  }, [open]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(e) => {
        if (e.target === e.currentTarget) onClose();
      }}
    >
      {open && shown && (
        <>
          <div className="dlg-head">
            <h2 id={id}>{title}</h2>
          </div>
          <div className="dlg-body">{children}</div>
          {foot && <div className="dlg-foot">{foot}</div>}
        </>
      )}
    </dialog>
  );
}

/** Foreign text of a script or a name: in its own direction, whatever the page's. */
export function Foreign({ children, lang }: { children: string; lang?: string | undefined }) {
  return (
    <bdi dir="auto" lang={lang}>
      {children}
    </bdi>
  );
}
