import createClient from "openapi-fetch";
import type { paths } from "./schema.gen";
import { common } from "~/text/common";
import type { Remedy, Schemas } from "./types";

/** The API, typed by its document. The header lets hints name buttons instead of commands. */
export const api = createClient<paths>({ baseUrl: "", headers: { "Cineforge-Client": "page" }, fetch: patiently });

const longestRead = 30_000; // ms; without it a read on a dead connection would hang for minutes

/** Sends a request; reads are given up after a time. Writes are not: whether they were done would not be known. */
function patiently(request: Request): Promise<Response> {
  if (request.method !== "GET") return fetch(request);
  return fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(longestRead)]) });
}

/** A request that the server refused, or that did not reach it (status 0). */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly actions: readonly Remedy[] = [],
    readonly problem: Schemas["Problem"] | null = null,
    /** After how many seconds the request may be repeated, where the server says so. */
    readonly wait: number | null = null,
  ) {
    super(message);
  }
}

/** Whether what was asked for is not there, or not there any more. */
export const isGone = (error: Error | null): boolean => error instanceof ApiError && error.status === 404;

/** The code of an ApiError whose request got no answer of the server. */
export const unreachable = "unreachable";

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function isProblem(v: unknown): v is Schemas["Problem"] {
  return typeof v === "object" && v !== null && "code" in v && "message" in v;
}

/** Makes an ApiError of an answer that is not a success. */
export function apiError(response: { status: number; headers?: Headers }, body: unknown): ApiError {
  const wait = Number(response.headers?.get("Retry-After")) || null;
  if (isProblem(body)) return new ApiError(response.status, body.code, body.message, body.hint, body.actions ?? [], body, wait);
  // A proxy answers for a server that is away.
  if ([502, 503, 504].includes(response.status)) return notReached(response.status);
  return new ApiError(response.status, "unknown", common.refused(response.status));
}

/** Makes an ApiError of a request that did not reach the server. */
export const notReached = (status = 0): ApiError =>
  new ApiError(status, unreachable, common.unreachable.title, common.unreachable.hint);

/** Returns the data of an answer, or throws an ApiError. */
export async function take<T>(answer: Promise<Answer<T>>): Promise<T> {
  return (await takeAnswer(answer)).data;
}

/** Returns the data of an answer and its ETag, which guards a later change with If-Match. */
export async function takeAnswer<T>(answer: Promise<Answer<T>>): Promise<{ data: T; etag: string | null }> {
  let a: Answer<T>;
  try {
    a = await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw notReached();
  }
  if (!a.response.ok) throw apiError(a.response, a.error);
  return { data: a.data as T, etag: a.response.headers.get("ETag") };
}
