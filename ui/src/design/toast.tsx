import { createContext, useCallback, useContext, useEffect, useState, type ReactNode } from "react";
import { Button } from "./parts";
import { common } from "~/text/common";

type Show = (what: ReactNode) => void;

const ToastContext = createContext<Show>(() => undefined);

/** How long a toast stays, in ms; it stays longer while it has the pointer or the focus. */
const stay = 8000;

/** Shows toasts: what happened elsewhere, as a link to it. Errors are no toasts: they stay where they belong. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<{ id: number; what: ReactNode } | null>(null);
  const [held, setHeld] = useState(false);
  const show = useCallback<Show>((what) => setToast((t) => ({ id: (t?.id ?? 0) + 1, what })), []);
  useEffect(() => {
    if (toast === null || held) return;
    const timer = setTimeout(() => setToast(null), stay);
    return () => clearTimeout(timer);
  }, [toast, held]);
  return (
    <ToastContext value={show}>
      {children}
      <div role="status" className="toasts">
        {toast && (
          <div
            key={toast.id}
            className="toast"
            onPointerEnter={() => setHeld(true)}
            onPointerLeave={() => setHeld(false)}
            onFocus={() => setHeld(true)}
            onBlur={() => setHeld(false)}
          >
            {toast.what}
            <Button look="plain" small icon="x" aria-label={common.close} onClick={() => setToast(null)} />
          </div>
        )}
      </div>
    </ToastContext>
  );
}

/** Returns what shows a toast. */
export const useToast = (): Show => useContext(ToastContext);
