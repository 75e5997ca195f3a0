import createClient from "openapi-fetch";
import type { paths } from "./schema.gen";
import type { Remedy, Schemas } from "./types";

/** The API, typed by its document. The header lets hints name buttons instead of commands. */
export const api = createClient<paths>({ baseUrl: "", headers: { "Cineforge-Client": "page" } });

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
  ) {
    super(message);
  }
}

/** The code of an ApiError whose request got no answer. */
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
export function apiError(response: { status: number }, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(response.status, body.code, body.message, body.hint, body.actions ?? [], body);
  return new ApiError(response.status, "unknown", `HTTP ${response.status}`);
}

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
    throw new ApiError(0, unreachable, "");
  }
  if (!a.response.ok) throw apiError(a.response, a.error);
  return { data: a.data as T, etag: a.response.headers.get("ETag") };
}
