export function ProjectResults() {
  return <h1>Results</h1>;
}
