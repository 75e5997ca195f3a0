/** The status of the run that is open, from its events. */
export function Panel() {
  return null;
}
