export function Drills() {
  return <h1>Drills</h1>;
}
