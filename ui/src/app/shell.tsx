import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Icon } from "~/design/icon";
import { Button, LinkButton } from "~/design/parts";
import { SmallPart } from "~/design/part";
import { ToastProvider } from "~/design/toast";
import { IntakeProvider } from "~/intake/intake";
import { useLiveStatus } from "~/live/context";
import { RunWatcher } from "~/run/watch";
import { common } from "~/text/common";
import { shell } from "~/text/shell";
import { useHelp, useKeys } from "./keys";
import { Lamps } from "./lamps";
import { Login } from "./login";
import { ConnectionState, Notices } from "./notices";
import { useSession } from "./session";
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
  const help = useHelp();
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (s) => s.location.pathname });
  const { signedOut } = useSession();
  const [later, setLater] = useState(false); // the sign-in was put off
  if (!signedOut && later) setLater(false);
  usePlaces();
  useStaleLook(signedOut);
  useFocusOfView(main);
  return (
    <>
      <a
        className="skip-link"
        href="#main"
        onClick={(e) => {
          e.preventDefault();
          main.current?.focus();
        }}
      >
        {shell.skip}
      </a>
      <header className="top">
        <div className="top-in">
          <Link to="/" className="brand" aria-label={`${common.product}, ${shell.home}`} activeOptions={{ exact: true }}>
            <Icon name="mark" />
            <span>{common.product}</span>
          </Link>
          <nav className="nav" aria-label={shell.mainNav}>
            <NavLink to="/">{shell.home}</NavLink>
            <NavLink to="/providers">{shell.providers}</NavLink>
            <RareLinks />
          </nav>
          <SmallPart of={path}>
            <Lamps />
          </SmallPart>
          <ConnectionState signedOut={signedOut} />
          <div className="row top-tools">
            <Button look="plain" small icon="theme" aria-label={shell.theme} title={shell.theme} onClick={switchTheme} />
            <span className="hide-sm">
              <Button look="plain" small aria-label={shell.help} title={shell.help} onClick={help}>
                <span className="help-mark">?</span>
              </Button>
            </span>
            <span className="hide-sm">
              <LinkButton to="/new" small icon="plus">
                {shell.newRun}
              </LinkButton>
            </span>
          </div>
        </div>
      </header>
      <main className="page" id="main" ref={main} tabIndex={-1}>
        <SmallPart of={path}>
          <Notices signedOut={signedOut} onSignIn={later ? () => setLater(false) : null} />
        </SmallPart>
        <Outlet />
      </main>
      <Dock />
      <Login open={signedOut && !later} onLater={() => setLater(true)} />
      <SmallPart of={path}>
        <RunWatcher />
      </SmallPart>
    </>
  );
}

/** The bar at the foot of a phone, with a menu of what is opened less often. */
function Dock() {
  const menu = useRef<HTMLElement>(null);
  return (
    <>
      <nav className="dock" aria-label={shell.phoneNav}>
        <Link to="/" activeOptions={{ exact: true }}>
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
        ref={menu}
        className="card more"
        aria-label={shell.moreMenu}
        onClick={() => menu.current?.hidePopover()}
      >
        <RareLinks />
      </nav>
    </>
  );
}

function RareLinks() {
  return (
    <>
      <NavLink to="/incident">{shell.incident}</NavLink>
      <NavLink to="/drills">{shell.drills}</NavLink>
      <NavLink to="/recipes">{shell.recipes}</NavLink>
      <NavLink to="/settings">{shell.settings}</NavLink>
    </>
  );
}

function NavLink({
  to,
  children,
}: {
  to: "/" | "/providers" | "/incident" | "/drills" | "/recipes" | "/settings";
  children: string;
}) {
  return (
    <Link to={to} activeOptions={{ exact: to === "/", includeSearch: false }}>
      {children}
    </Link>
  );
}

/** Binds the keys that lead to places. */
function usePlaces(): void {
  const navigate = useNavigate();
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
}

/** A page that is not of now looks so: striped edge, colours gone from what would move. */
function useStaleLook(signedOut: boolean): void {
  const status = useLiveStatus();
  const stale = signedOut || status.kind === "stale";
  useEffect(() => {
    document.documentElement.classList.toggle("is-stale", stale);
  }, [stale]);
}

/** A view that is opened has the focus, so that it is read from its beginning; a tab inside of it keeps it. */
function useFocusOfView(main: React.RefObject<HTMLElement | null>): void {
  const view = useRouterState({ select: (s) => s.location.pathname.split("/", 3).join("/") });
  const last = useRef(view);
  useEffect(() => {
    if (last.current !== view && !main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
    last.current = view;
  }, [view, main]);
}
