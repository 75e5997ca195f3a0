export function NewRun() {
  return <h1>New run</h1>;
}
