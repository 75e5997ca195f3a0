/** Texts of runs in lists. */
export const runs = {
  head: { name: "Run", state: "State", progress: "Progress", when: "When", took: "Took", cost: "Cost" },
  drill: "Drill",
  dryRun: "check only",
  now: "now",
  needsYou: "needs you",
  acknowledged: "acknowledged",
  drillWord: (word: string) => `Drill, ${word}`,
  parts: (done: string, total: string) => `${done} of ${total} parts`,
  stages: (done: string, total: string) => `${done} of ${total} stages`,
  simulated: (money: string) => `simulated ${money}`,
  unpriced: "at least; a price is not known",
  retried: "retried",
};
