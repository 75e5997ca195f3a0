import axe from "axe-core";
import type { Page } from "@playwright/test";

/** The parts of the page that some people can't use, by the rules of WCAG 2.2 AA. */
export async function inaccessible(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source); // the content security policy lets no test add a script
  return page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
    const { violations } = await (window as never as { axe: typeof axe }).axe.run(document, {
      runOnly: { type: "tag", values: tags },
    });
    return violations.map((v) => [v.id, v.nodes.map((n) => n.html).slice(0, 3)]);
  });
}
