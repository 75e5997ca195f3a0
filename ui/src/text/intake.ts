/** Texts of how a script comes in: dropped, chosen, uploaded. */
export const intake = {
  choose: "Choose a file",
  overlay: {
    title: "Drop the script here",
    anywhere: "You see what we read, and the price, before anything is sent to a provider.",
    into: (project: string) => `It goes into the project ${project}.`,
  },
  many: {
    title: "Which one is the script?",
    why: (n: string) => `You gave ${n} files. One run takes one script; drop the others afterwards.`,
  },
  folder: { title: "That is a folder", why: "Drop the file of the script itself." },
  tooLarge: (limit: string) => `the file is larger than ${limit}`,
  tooLargeHint: "Export it without pictures, or as plain text.",
  arrived: (name: string) => `${name} is uploaded`,
  notTaken: (name: string) => `${name} was not taken`,
  formats: (usable: string, limit: string) => `${usable}, up to ${limit}`,
  or: " or ",
  notYet: (others: string) => `Not yet: ${others}. Export such a script as Fountain or plain text.`,
  kinds: {
    screenplay: "a screenplay",
    prose: "prose",
    hybrid: "scenes and prose mixed",
    notes: "notes or an outline",
    stage_play: "a stage play",
    unknown: "no form that we know",
  } as Record<string, string>,
  pagesOf: (n: number, shown: string) => (n === 1 ? "1 page" : `${shown} pages`),
  sample: "Try the sample, The Tide Clock",
  sampleFailed: "The sample could not be loaded.",
};
