export function Recipe() {
  return <h1>Recipe</h1>;
}
