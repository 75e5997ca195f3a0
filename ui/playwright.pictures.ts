import tests from "./playwright.config";

/** Takes the pictures of the documentation: make pictures. */
export default { ...tests, testMatch: "pictures.ts", reporter: "line" };
