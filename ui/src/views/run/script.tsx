export function Script() {
  return <h1>Script</h1>;
}
