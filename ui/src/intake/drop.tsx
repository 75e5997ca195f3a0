import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { project as projectQuery } from "~/api/queries";
import { Icon } from "~/design/icon";
import { Dialog, Button } from "~/design/parts";
import { common } from "~/text/common";
import { intake as text } from "~/text/intake";
import { useIntake, type Target } from "./intake";
import "./intake.css";

/** Takes files that are dropped anywhere on the page, and shows that it does while they are dragged over it. */
export function DropTarget() {
  const { take } = useIntake();
  const target = useTarget();
  const [over, setOver] = useState(false);
  const [folder, setFolder] = useState(false);
  const onDrop = useEffectEvent((data: DataTransfer) => {
    if (hasFolder(data)) setFolder(true);
    else take([...data.files], target);
  });
  useEffect(() => {
    const carries = (e: DragEvent) => e.dataTransfer?.types.includes("Files") === true;
    const enter = (e: DragEvent) => {
      if (!carries(e)) return;
      e.preventDefault();
      e.dataTransfer!.dropEffect = "copy";
      setOver(true);
    };
    // Without a related target the pointer has left the window.
    const leave = (e: DragEvent) => e.relatedTarget === null && setOver(false);
    const drop = (e: DragEvent) => {
      setOver(false);
      if (!carries(e)) return;
      e.preventDefault();
      onDrop(e.dataTransfer!);
    };
    const ends = (["dragenter", "dragover"] as const).map((name) => listen(name, enter));
    ends.push(listen("dragleave", leave), listen("drop", drop));
    return () => ends.forEach((end) => end());
  }, []);
  return (
    <>
      {over && <Overlay target={target} />}
      <Dialog
        open={folder}
        onClose={() => setFolder(false)}
        title={text.folder.title}
        foot={
          <Button autoFocus onClick={() => setFolder(false)}>
            {common.close}
          </Button>
        }
      >
        <p>{text.folder.why}</p>
      </Dialog>
    </>
  );
}

function listen(name: "dragenter" | "dragover" | "dragleave" | "drop", f: (e: DragEvent) => void): () => void {
  document.addEventListener(name, f);
  return () => document.removeEventListener(name, f);
}

/** A popover, so that it also lies over an open dialog. */
function Overlay({ target }: { target: Target }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.showPopover(), []);
  const id = target !== null && "project" in target ? target.project : null;
  const { data } = useQuery({ ...projectQuery(id ?? ""), enabled: id !== null });
  return (
    <div ref={ref} popover="manual" className="dropover">
      <Icon name="drop" />
      <strong>{text.overlay.title}</strong>
      <span>{id === null ? text.overlay.anywhere : text.overlay.into(data?.display_name ?? id)}</span>
    </div>
  );
}

/** The project of the view that is open: what is dropped there goes into it. */
export function useTarget(): Target {
  return useRouterState({
    select: (s) => {
      const at = s.matches.at(-1);
      const { project, input } = { ...(at?.params as object), ...(at?.search as object) } as { project?: string; input?: string };
      return project !== undefined && input === undefined ? { project } : null;
    },
    structuralSharing: true,
  });
}

function hasFolder(data: DataTransfer): boolean {
  return [...data.items].some((i) => i.webkitGetAsEntry?.()?.isDirectory === true);
}
