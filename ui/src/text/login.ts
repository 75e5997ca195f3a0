/** Texts of the sign-in. */
export const login = {
  title: "Sign in",
  why: "This server needs an access token.",
  expired: "Your session has ended. Runs went on meanwhile. Sign in to continue where you are.",
  token: "Access token",
  where: "The person who started the server has it: it is in the file given to --token-file, or in CINEFORGE_TOKEN.",
  submit: "Sign in",
  busy: "Signing in",
  wrong: "This is not a token of this server.",
  wait: (seconds: string) => `Too many tries. You can try again in ${seconds}.`,
  later: "Later",
};
