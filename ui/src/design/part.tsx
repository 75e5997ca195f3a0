import { CatchBoundary, type ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { common } from "~/text/common";
import { Banner, Button } from "./parts";

/**
 * A part of the page that fails alone: what it can't show costs that part and not what stands around
 * it. It is tried again when of changes.
 */
export function Part({ of, children }: { of: string | number; children: ReactNode }) {
  return (
    <CatchBoundary getResetKey={() => of} errorComponent={Failed}>
      {children}
    </CatchBoundary>
  );
}

function Failed({ error, reset }: ErrorComponentProps) {
  return (
    <Banner
      tone="bad"
      icon="out"
      title={common.crash.title}
      actions={
        <Button small icon="retry" onClick={reset}>
          {common.retry}
        </Button>
      }
    >
      <p>{common.crash.part}</p>
      <code>{String(error)}</code>
    </Banner>
  );
}

/** The same for a small part of a bar, where there is no room to say it: the part is left out. */
export function SmallPart({ of, children }: { of: string | number; children: ReactNode }) {
  return (
    <CatchBoundary getResetKey={() => of} errorComponent={Nothing}>
      {children}
    </CatchBoundary>
  );
}

const Nothing = () => null;
