import { Banner, Button } from "~/design/parts";
import { formatAgo, formatTime } from "~/format/format";
import { useNow } from "~/live/clock";
import { useLiveStatus, useOutdated } from "~/live/context";
import { common } from "~/text/common";
import { shell } from "~/text/shell";

/** Whether the page is live, in a word; screen readers hear each change. */
export function ConnectionState({ signedOut }: { signedOut: boolean }) {
  const status = useLiveStatus();
  const kind = signedOut ? "signed-out" : status.kind;
  const words: Record<typeof kind, string> = {
    connecting: shell.connecting,
    live: shell.live,
    polling: shell.polling,
    stale: shell.stale,
    "signed-out": shell.signedOut,
  };
  const looks: Partial<Record<typeof kind, string>> = { live: "", connecting: "is-quiet" };
  return (
    <span className={`conn ${looks[kind] ?? "is-off"}`} role="status" title={kind === "polling" ? shell.pollingWhy : undefined}>
      <span>
        {words[kind]}
        {kind === "stale" && status.kind === "stale" && (
          <span className="hide-sm">{shell.asOf(formatTime(new Date(status.since)))}</span>
        )}
      </span>
    </span>
  );
}

/** What concerns the whole page: it is not live, nobody is signed in, or it is older than the server. */
export function Notices({ signedOut, onSignIn }: { signedOut: boolean; onSignIn: (() => void) | null }) {
  const status = useLiveStatus();
  const outdated = useOutdated();
  return (
    <>
      {status.kind === "stale" && <Away since={status.since} />}
      {signedOut && onSignIn && (
        <Notice
          title={shell.signedOut}
          icon="key"
          actions={
            <Button small look="primary" onClick={onSignIn}>
              {shell.signIn}
            </Button>
          }
        >
          {status.kind === "signed-out" && shell.signedOutWhy(formatTime(new Date(status.since)))}
        </Notice>
      )}
      {outdated && (
        <Notice
          tone="live"
          title={shell.outdated}
          icon="retry"
          actions={
            <Button small onClick={() => location.reload()}>
              {common.reload}
            </Button>
          }
        />
      )}
    </>
  );
}

function Away({ since }: { since: number }) {
  const now = useNow();
  const at = new Date(since);
  return (
    <Notice title={navigator.onLine ? common.unreachable.title : shell.offline} icon="out">
      {shell.away(formatTime(at), formatAgo(at, Math.max(now, since)))}
    </Notice>
  );
}

function Notice({ tone = "wait", ...rest }: Omit<Parameters<typeof Banner>[0], "tone"> & { tone?: "wait" | "live" }) {
  return (
    <div className="notice-row">
      <Banner tone={tone} {...rest} />
    </div>
  );
}
