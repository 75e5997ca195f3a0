import type { Remedy, RunState } from "~/api/types";
import type { IconName } from "~/design/icon";
import { formatProvider } from "~/format/format";
import { act as text } from "~/text/act";

/** What a button of a run does. */
export type ActKind =
  | "try-now"
  | "cancel"
  | "resume"
  | "today"
  | "retry"
  | "acknowledge"
  | "release"
  | "providers"
  | "post"
  | "link";

/** Where an action leads that only shows something. */
export type ActLink = "results" | "download" | "recipe" | "log" | "providers" | "settings" | "again";

/** Something that can be done about a run. */
export interface RunAct {
  id: string;
  label: string;
  kind: ActKind;
  icon?: IconName;
  look?: "primary" | "plain" | "danger";
  /** What its plan is called, where the label says more than the kind of act. */
  title?: string;
  /** Why it can't be done now. */
  off?: string;
  /** The request, where it is one as it stands. */
  remedy?: Remedy;
  link?: ActLink;
}

const kinds: Record<string, ActKind> = {
  "try-now": "try-now",
  cancel: "cancel",
  resume: "resume",
  "resume-with-today's-providers": "today",
  acknowledge: "acknowledge",
  release: "release",
};

const icons: Partial<Record<ActKind, IconName>> = {
  "try-now": "now",
  resume: "now",
  today: "swap",
  retry: "retry",
  release: "probe",
  providers: "swap",
};

const links: Record<string, ActLink> = {
  export: "results",
  "show-recipe": "recipe",
  "show-events": "log",
  watch: "log",
  "show-providers": "providers",
  check: "settings",
  run: "again",
};

const linkLabels: Partial<Record<ActLink, string>> = { results: text.labels.results, settings: text.labels.doctor };

const ended: ReadonlySet<string> = new Set(["done", "failed", "cancelled"]);

/** Whether a run has ended. */
export const hasEnded = (status: string): boolean => ended.has(status);

/** Whether a run is paused until somebody has looked at its results. */
export function awaitsConfirmation(answer: RunState): boolean {
  return Object.values(answer.state.stages).some((s) => s.status === "paused" && s.pause_reason === "awaiting_confirmation");
}

/** All that can be done about a run, what helps most first; what ends or hides it last. */
export function actsOf(answer: RunState): RunAct[] {
  const { state } = answer;
  const found = new Map<string, RunAct>();
  for (const r of [...answer.actions, ...answer.acts]) {
    const a = fromRemedy(r);
    if (a !== null && !found.has(a.id)) found.set(a.id, a);
  }
  if (hasEnded(state.status) && !state.dry_run && state.stage_order.length > 1) {
    found.set("retry-from-stage", { id: "retry-from-stage", label: text.labels.fromStage, kind: "retry" });
  }
  if (state.status === "waiting" && state.needs === undefined) {
    found.set("providers", { id: "providers", label: text.labels.providers, kind: "providers", icon: "swap" });
  }
  if (state.status === "done" && !state.dry_run) {
    found.set("results", { id: "results", label: text.labels.results, kind: "link", link: "results", look: "primary" });
    found.set("download", { id: "download", label: text.labels.download, kind: "link", link: "download", icon: "get" });
  }
  if (awaitsConfirmation(answer)) {
    const resume = found.get("resume");
    if (resume) found.set("resume", { ...resume, label: text.labels.accept, icon: "check" });
    found.delete("export");
    found.set("check", { id: "check", label: text.labels.check, kind: "link", link: "results", look: "primary" });
  }
  const list = [...found.values()].sort((a, b) => rank(a) - rank(b));
  const first = list[0];
  if (first && rank(first) < 3) first.look = "primary";
  return list;
}

/** The order of buttons: what helps, what it needs to be looked at, what ends the run, what puts it away. */
function rank(a: RunAct): number {
  if (a.kind === "link" && a.look === "primary") return 0;
  if (a.id === "download") return 1;
  if (a.kind === "link") return 3;
  if (a.kind === "cancel") return 4;
  if (a.kind === "acknowledge") return 5;
  if (a.id === "retry-full-run" || a.id === "retry-from-stage" || a.kind === "providers" || a.kind === "release") return 2;
  return 1;
}

function fromRemedy(remedy: Remedy): RunAct | null {
  const id = remedy.id ?? remedy.endpoint ?? remedy.label;
  const link = links[id];
  if (link) return { id, label: linkLabels[link] ?? remedy.label, kind: "link", link };
  if (remedy.method !== "POST" || !remedy.endpoint) return null; // a command that no button can give
  const kind = kinds[id] ?? (remedy.endpoint.endsWith("/retry") ? "retry" : "post");
  const icon = icons[kind];
  return {
    id,
    label: kind === "cancel" ? text.labels.cancel : kind === "release" ? text.release.title(releaseOf(remedy)) : remedy.label,
    kind,
    remedy,
    ...(icon ? { icon } : {}),
    ...(kind === "cancel" ? { look: "danger" as const } : kind === "acknowledge" ? { look: "plain" as const } : {}),
  };
}

/** What a release lets be asked again: a provider, a model, or a key. */
export function releaseOf(remedy: Remedy): string {
  const name = /providers\/([^/]+)\/release/.exec(remedy.endpoint ?? "")?.[1] ?? "";
  return formatProvider(decodeURIComponent(name));
}

/** The two retries and what they lack now, for a place that always shows them. */
export function retriesOf(answer: RunState): RunAct[] {
  const { state } = answer;
  const acts = actsOf(answer);
  const why = state.dry_run
    ? text.off.dryRun
    : state.status === "done"
      ? text.off.noFailed
      : state.status === "paused"
        ? text.off.notOverPaused
        : text.off.notOver;
  return (
    [
      ["retry-failed-stage", text.labels.retryFailed],
      ["retry-full-run", text.labels.retryFull],
    ] as const
  ).map(([id, label]) => {
    const { look: _, ...a } = acts.find((x) => x.id === id) ?? ({ id, label, kind: "retry", off: why } as RunAct);
    return { ...a, icon: "retry" };
  });
}
