import { useQueryClient } from "@tanstack/react-query";
import { apiError, notReached } from "~/api/client";
import type { Remedy, Schemas } from "~/api/types";

/** Sends a request that a remedy describes, with the reason that a person gave. It fails with an ApiError. */
export async function sendRemedy(
  remedy: Pick<Remedy, "method" | "endpoint" | "body">,
  reason: string,
  headers: Record<string, string> = {},
): Promise<Schemas["Started"]> {
  const body = { ...remedy.body, ...(reason.trim() ? { reason: reason.trim() } : {}) };
  let response: Response;
  try {
    response = await fetch(remedy.endpoint ?? "", {
      method: remedy.method ?? "POST",
      headers: { "Content-Type": "application/json", "Cineforge-Client": "page", ...headers },
      body: JSON.stringify(body),
    });
  } catch {
    throw notReached();
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw apiError(response, answer);
  return answer as Schemas["Started"];
}

/** Returns what marks a run, and the lists that show it, as out of date: its stream says so too, but may be late. */
export function useRefresh(): (runID: string) => void {
  const client = useQueryClient();
  return (runID) => {
    void client.invalidateQueries({ queryKey: ["run", runID, "state"] });
    void client.invalidateQueries({ queryKey: ["runs"] });
  };
}

/** A key that makes a request idempotent. crypto.randomUUID is missing where the page is served over plain HTTP. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
