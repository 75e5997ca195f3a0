import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { providers } from "~/api/queries";
import { Icon } from "~/design/icon";
import { Banner, Button, LinkButton } from "~/design/parts";
import { ToastProvider } from "~/design/toast";
import { formatAgo } from "~/format/format";
import { useLiveStatus, useOutdated } from "~/live/context";
import { IntakeProvider } from "~/intake/intake";
import { useNow } from "~/live/clock";
import { RunWatcher } from "~/run/watch";
import { common } from "~/text/common";
import { shell } from "~/text/shell";
import { useHelp, useKeys } from "./keys";
import { Lamps } from "./lamps";
import { Login } from "./login";
import { switchTheme } from "./theme";

/** What is around every view: its frame, toasts, whose links need the router, and what takes dropped scripts. */
export function Shell() {
  return (
    <ToastProvider>
      <IntakeProvider>
        <Frame />
      </IntakeProvider>
    </ToastProvider>
  );
}

/** The frame: top bar with lamps and connection, phone bar, sign-in, keys. */
function Frame() {
  const navigate = useNavigate();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const status = useLiveStatus();
  const stale = status.kind === "stale";
  const help = useHelp();
  const main = useRef<HTMLElement>(null);
  useKeys({
    "g h": () => void navigate({ to: "/" }),
    "g p": () => void navigate({ to: "/providers" }),
    "g i": () => void navigate({ to: "/incident" }),
    "g d": () => void navigate({ to: "/drills" }),
    "g r": () => void navigate({ to: "/recipes" }),
    "g s": () => void navigate({ to: "/settings" }),
    n: () => void navigate({ to: "/new" }),
    "/": () => document.querySelector<HTMLElement>("[data-search]")?.focus(),
  });
  useEffect(() => {
    document.documentElement.classList.toggle("is-stale", stale);
  }, [stale]);
  // A view that is opened is read from its beginning, also by a screen reader.
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  return (
    <>
      <a className="skip-link" href="#main">
        {shell.skip}
      </a>
      <header className="top">
        <div className="top-in">
          <Link to="/" className="brand" aria-label={`${common.product}, ${shell.home}`}>
            <Icon name="mark" />
            <span>{common.product}</span>
          </Link>
          <nav className="nav" aria-label={shell.mainNav}>
            <NavLinks />
          </nav>
          <Lamps />
          <ConnectionState />
          <Button look="plain" small icon="theme" aria-label={shell.theme} title={shell.theme} onClick={switchTheme} />
          <span className="hide-sm">
            <Button look="plain" small aria-label={shell.help} title={shell.help} onClick={help}>
              ?
            </Button>
          </span>
          <span className="hide-sm">
            <LinkButton to="/new" small icon="plus">
              {shell.newRun}
            </LinkButton>
          </span>
        </div>
      </header>
      <Notices />
      <main className="page" id="main" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      <nav className="dock" aria-label={shell.phoneNav}>
        <Link to="/">
          <Icon name="home" />
          {shell.home}
        </Link>
        <Link to="/new">
          <Icon name="plus" />
          {shell.newRun}
        </Link>
        <Link to="/providers">
          <Icon name="probe" />
          {shell.providers}
        </Link>
        <button type="button" popoverTarget="more">
          <Icon name="more" />
          {shell.more}
        </button>
      </nav>
      <nav
        popover="auto"
        id="more"
        className="card more"
        aria-label={shell.moreMenu}
        onClick={(e) => e.currentTarget.hidePopover()}
      >
        <NavLinks />
      </nav>
      <Login />
      <RunWatcher />
    </>
  );
}

function NavLinks() {
  return (
    <>
      <Link to="/">{shell.home}</Link>
      <Link to="/providers">{shell.providers}</Link>
      <Link to="/incident">{shell.incident}</Link>
      <Link to="/drills">{shell.drills}</Link>
      <Link to="/recipes">{shell.recipes}</Link>
      <Link to="/settings">{shell.settings}</Link>
    </>
  );
}

/** Whether the page is live, in a word. */
function ConnectionState() {
  const status = useLiveStatus();
  const words: Record<typeof status.kind, string> = {
    connecting: shell.connecting,
    live: shell.live,
    polling: shell.polling,
    stale: "since" in status ? shell.stale(new Date(status.since).toLocaleTimeString()) : "",
    "signed-out": shell.signedOut,
  };
  return (
    <span className={status.kind === "live" ? "conn" : "conn is-stale"} role="status">
      {words[status.kind]}
    </span>
  );
}

/** What concerns the whole page: it is not live, or of an older version than the server. */
function Notices() {
  const status = useLiveStatus();
  const outdated = useOutdated();
  const now = useNow();
  const { dataUpdatedAt } = useQuery({ ...providers(), enabled: false });
  return (
    <>
      {status.kind === "stale" && (
        <div className="page notice-row">
          <Banner tone="wait" icon="out" title={common.unreachable.title}>
            {shell.staleLong(formatAgo(new Date(Math.max(status.since, dataUpdatedAt)), now))}
          </Banner>
        </div>
      )}
      {outdated && (
        <div className="page notice-row">
          <Banner
            tone="live"
            icon="retry"
            title={shell.outdated}
            actions={
              <Button small onClick={() => location.reload()}>
                {common.reload}
              </Button>
            }
          />
        </div>
      )}
    </>
  );
}
