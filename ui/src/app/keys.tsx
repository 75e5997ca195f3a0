import {
  createContext,
  Fragment,
  useCallback,
  useContext,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type ReactNode,
} from "react";
import { Button, Dialog } from "~/design/parts";
import { common } from "~/text/common";
import { keys as text } from "~/text/keys";

/** What keys do, by key: "j", "Enter", or two after another, "g h". */
export type KeyMap = Record<string, (() => void) | undefined>;

interface Keys {
  add(read: () => KeyMap): () => void;
  showHelp(): void;
}

const KeysContext = createContext<Keys | null>(null);

const secondKey = 1200; // ms in which the second of two keys has to come

/** Whether keys belong to what has the focus: a field, or an open dialog. */
function typing(e: KeyboardEvent): boolean {
  const at = e.target instanceof HTMLElement ? e.target : null;
  if (at?.closest("input, textarea, select, [contenteditable]")) return true;
  return document.querySelector("dialog[open], [popover]:popover-open") !== null;
}

/** Gives the page its keys, and the sheet that lists them. */
export function KeysProvider({ children }: { children: ReactNode }) {
  const maps = useRef(new Set<() => KeyMap>());
  const first = useRef({ key: "", at: 0 });
  const [help, setHelp] = useState(false);
  const press = useEffectEvent((e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || typing(e)) return;
    // Enter and space press what has the focus.
    const onControl = e.target instanceof HTMLElement && e.target.closest("a, button, summary, [role=button]") !== null;
    if (onControl && (e.key === "Enter" || e.key === " ")) return;
    if (e.key === "?") return setHelp(true);
    const pair = performance.now() - first.current.at < secondKey ? `${first.current.key} ${e.key}` : "";
    first.current = { key: e.key, at: performance.now() };
    // The view that came last decides.
    for (const read of [...maps.current].reverse()) {
      const map = read();
      const action = (pair && map[pair]) || map[e.key];
      if (action) {
        e.preventDefault();
        first.current.at = -Infinity;
        action();
        return;
      }
    }
  });
  useEffect(() => {
    const listener = (e: KeyboardEvent) => press(e);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
  const add = useCallback((read: () => KeyMap) => {
    maps.current.add(read);
    return () => maps.current.delete(read);
  }, []);
  const showHelp = useCallback(() => setHelp(true), []);
  const [value] = useState<Keys>({ add, showHelp });
  return (
    <KeysContext value={value}>
      {children}
      <Dialog
        open={help}
        onClose={() => setHelp(false)}
        title={text.title}
        foot={
          <Button onClick={() => setHelp(false)} autoFocus>
            {common.close}
          </Button>
        }
      >
        <div className="halves">
          {text.groups.map((group) => (
            <section key={group.name} className="stack tight">
              <h3>{group.name}</h3>
              <dl className="keys">
                {group.keys.map((k) => (
                  <div key={k.does}>
                    <dt>
                      {k.keys.map((key, i) => (
                        <Fragment key={key}>
                          {i > 0 && <span className="faint tiny"> {k.keys[0] === "g" ? text.then : text.or} </span>}
                          <kbd>{key}</kbd>
                        </Fragment>
                      ))}
                    </dt>
                    <dd>{k.does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </Dialog>
    </KeysContext>
  );
}

/** Binds keys while a component is there; those of the component that came last win. */
export function useKeys(map: KeyMap): void {
  const keys = useContext(KeysContext);
  const read = useEffectEvent(() => map);
  useEffect(() => keys?.add(() => read()), [keys]);
}

/** Returns what opens the sheet of keys. */
export const useHelp = (): (() => void) => useContext(KeysContext)?.showHelp ?? (() => undefined);
