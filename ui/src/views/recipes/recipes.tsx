export function Recipes() {
  return <h1>Recipes</h1>;
}
