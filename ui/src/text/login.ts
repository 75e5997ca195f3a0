/** Texts of the sign-in. */
export const login = {
  title: "Sign in",
  why: "This server wants an access token.",
  expired: "Your session has ended. Sign in, and go on where you are: runs went on meanwhile.",
  token: "Access token",
  where: "The person who started the server has it: it stands in the file that --token-file names, or in CINEFORGE_TOKEN.",
  submit: "Sign in",
  busy: "Signing in",
  wrong: "That is not a token of this server.",
};
