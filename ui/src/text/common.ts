/** Texts that several views share. What an event, a state or a failure says comes from the API's words. */
export const common = {
  product: "CineForge",
  back: "Back",
  close: "Close",
  cancel: "Cancel",
  copy: (what: string) => `Copy ${what}`,
  copied: "Copied",
  loading: "Loading",
  retry: "Try again",
  crumbs: "Breadcrumb",
  none: "none",
  unknown: "unknown",
  notFound: {
    title: "There is nothing at this address",
    hint: "The link may be old, or what it led to was deleted.",
    home: "Go to Home",
  },
  failed: { title: "This could not be loaded" },
  unreachable: {
    title: "The server does not answer",
    hint: "Nothing is lost: runs go on or resume by themselves. This page connects again as soon as it can.",
  },
  crash: {
    title: "This part of the page failed",
    hint: "Runs are not affected. Reload the page; if it happens again, send us the text below.",
  },
  reload: "Reload",
  ago: (ago: string) => ago,
  scenes: (n: number, shown: string) => (n === 1 ? "1 scene" : `${shown} scenes`),
  progress: (done: string, total: string, unit: string) => `${done} of ${total} ${unit}`,
  simulated: (money: string) => `simulated ${money}`,
};
