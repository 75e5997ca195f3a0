import { useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { api, take } from "~/api/client";
import { limits } from "~/api/queries";
import { Button, Dialog, Foreign } from "~/design/parts";
import { Icon } from "~/design/icon";
import { useToast } from "~/design/toast";
import { formatBytes, formatCount } from "~/format/format";
import { common } from "~/text/common";
import { intake as text } from "~/text/intake";
import { bring, bringAnew, checkSize, isAbort, takeOut, type Arrived } from "./bring";
import { DropTarget } from "./drop";
import { formatLimit } from "./formats";

/** Where a script goes: into a project, into a new one of a name, or, by its title, wherever it belongs. */
export type Target = { project: string } | { named: string } | null;

/** A script on its way to the server. */
export type Sending =
  | { phase: "idle" }
  | { phase: "sending"; file: File; share: number }
  | { phase: "failed"; file: File; error: Error };

interface Intake {
  sending: Sending;
  /** The script that came last in this visit: its bytes can go into another project. */
  arrived: Arrived | null;
  /** Takes scripts, and leads to the new run of one; of several, it lets choose. */
  take: (files: readonly File[], target: Target) => void;
  retry: () => void;
  cancel: () => void;
  /** Puts the script that came last into another project. */
  move: (target: Target) => void;
}

const IntakeContext = createContext<Intake | null>(null);

/** What takes scripts in; an upload goes on while the views change. */
export function useIntake(): Intake {
  const value = useContext(IntakeContext);
  if (value === null) throw new Error("useIntake is used outside of IntakeProvider");
  return value;
}

/** Takes scripts in: those dropped anywhere on the page, and those chosen in a view. */
export function IntakeProvider({ children }: { children: ReactNode }) {
  const [sending, setSending] = useState<Sending>({ phase: "idle" });
  const [arrived, setArrived] = useState<Arrived | null>(null);
  const [choice, setChoice] = useState<{ files: readonly File[]; target: Target } | null>(null);
  const last = useRef<{ file: File; target: Target; moved: Arrived | null; abort: AbortController } | null>(null);
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();

  const onArrival = useCallback(
    (a: Arrived) => {
      setArrived(a);
      setSending({ phase: "idle" });
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["project", a.project] });
      const search = { project: a.project, input: a.input };
      if (router.state.location.pathname === "/new")
        void router.navigate({ to: "/new", search: (s) => ({ ...s, ...search }), replace: true });
      else
        toast(
          <Link to="/new" search={search}>
            {text.arrived(a.file.name)}
          </Link>,
        );
    },
    [client, router, toast],
  );

  const send = useCallback(
    async (file: File, target: Target, moved: Arrived | null = null) => {
      last.current?.abort.abort();
      const abort = new AbortController();
      last.current = { file, target, moved, abort };
      setSending({ phase: "sending", file, share: 0 });
      const options = { signal: abort.signal, onProgress: (share: number) => setSending({ phase: "sending", file, share }) };
      try {
        // Not by the cache, which ends a request when the part that began it is left.
        const { upload_bytes } = client.getQueryData(limits().queryKey) ?? (await take(api.GET("/api/limits")));
        checkSize(file, upload_bytes, (limit) => text.tooLarge(formatLimit(limit)));
        const named = target !== null && "named" in target;
        const into = target !== null && "project" in target ? target.project : null;
        const there = named ? await bringAnew(file, target.named, options) : await bring(file, into, options);
        if (moved && moved.project !== there.project) await takeOut(moved);
        onArrival(there);
      } catch (error) {
        if (last.current?.abort !== abort) return; // another script has taken its place
        setSending(isAbort(error) ? { phase: "idle" } : { phase: "failed", file, error: error as Error });
        if (!isAbort(error) && router.state.location.pathname !== "/new")
          toast(<Link to="/new">{text.notTaken(file.name)}</Link>);
      }
    },
    [client, onArrival, router, toast],
  );

  // A refusal that was seen is over when its view is left.
  useEffect(
    () =>
      router.subscribe("onBeforeNavigate", ({ fromLocation, toLocation }) => {
        if (fromLocation?.pathname === "/new" && toLocation.pathname !== "/new")
          setSending((s) => (s.phase === "failed" ? { phase: "idle" } : s));
      }),
    [router],
  );

  const start = useCallback(
    (file: File, target: Target, moved: Arrived | null = null) => {
      const project = target !== null && "project" in target ? { project: target.project } : {};
      void router.navigate({
        to: "/new",
        search:
          router.state.location.pathname === "/new" ? ({ project: _p, input: _i, ...s }) => ({ ...s, ...project }) : project,
      });
      void send(file, target, moved);
    },
    [router, send],
  );

  const value = useMemo<Intake>(
    () => ({
      sending,
      arrived,
      take: (files, target) => {
        if (files.length === 1) start(files[0]!, target);
        else if (files.length > 1) setChoice({ files, target });
      },
      retry: () => last.current && void send(last.current.file, last.current.target, last.current.moved),
      cancel: () => {
        last.current?.abort.abort();
        setSending({ phase: "idle" });
      },
      move: (target) => arrived && start(arrived.file, target, arrived),
    }),
    [sending, arrived, start, send],
  );

  return (
    <IntakeContext value={value}>
      {children}
      <DropTarget />
      <Choose
        files={choice?.files ?? null}
        onClose={() => setChoice(null)}
        choose={(file) => {
          setChoice(null);
          start(file, choice?.target ?? null);
        }}
      />
    </IntakeContext>
  );
}

/** Asks which of several files is the script. */
function Choose({ files, choose, onClose }: { files: readonly File[] | null; choose: (f: File) => void; onClose: () => void }) {
  return (
    <Dialog
      open={files !== null}
      onClose={onClose}
      title={text.many.title}
      foot={
        <Button autoFocus onClick={onClose}>
          {common.cancel}
        </Button>
      }
    >
      <p>{text.many.why(formatCount(files?.length ?? 0))}</p>
      <ul className="stack tight">
        {files?.map((f, i) => (
          <li key={i}>
            <button type="button" className="btn filepick" onClick={() => choose(f)}>
              <Icon name="file" />
              <Foreign>{f.name}</Foreign>
              <span className="faint push num">{formatBytes(f.size)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
