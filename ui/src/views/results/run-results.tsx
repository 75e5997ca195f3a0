export function RunResults() {
  return <h1>Results</h1>;
}
