/** Texts of comparisons. */
export const diff = {
  gone: "removed:",
  added: "added:",
  skipped: "…",
};
