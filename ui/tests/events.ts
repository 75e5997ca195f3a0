import { expect, type Page } from "@playwright/test";
import { log } from "../src/text/log";
import { shell } from "../src/text/shell";
import type { Server } from "./server";

/** The part of the page that says whether it is live. */
export const connection = (page: Page, words: string) => page.getByRole("status").filter({ hasText: words });

/** Waits until a page is live. */
export const isLive = (page: Page) => expect(connection(page, shell.live)).toBeVisible({ timeout: 20_000 });

/** How many events of a run the server has. */
export async function countEvents(server: Server, run: string): Promise<number> {
  const { events } = await server.api<{ events: unknown[] }>("GET", `/api/runs/${run}/events`);
  return events.length;
}

/** Expects that the log's page shows as many events as the server has, which lie gapless one after another. */
export async function expectWholeLog(page: Page, server: Server, run: string): Promise<void> {
  const n = (await countEvents(server, run)).toLocaleString("en-GB");
  await expect(page.getByText(log.count(n, n))).toBeVisible();
}
