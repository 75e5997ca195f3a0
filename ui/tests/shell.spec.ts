import { expect, test } from "./server";

test("Page_OpensAndIsLive", async ({ page, serve }) => {
  const server = await serve();
  const errors: string[] = [];
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  page.on("pageerror", (e) => errors.push(String(e)));
  await page.goto(server.url);
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();

  await page.keyboard.press("?");

  expect(errors).toEqual([]);
});
