import { ApiError, apiError, unreachable } from "./client";

/** How a file is sent. */
export interface SendOptions {
  signal?: AbortSignal;
  /** Is called with the share that is sent, from 0 to 1. */
  onProgress?: (share: number) => void;
}

/** Sends a file as the form part "file". It uses XMLHttpRequest, since fetch does not report how much is sent. */
export function sendFile<T>(path: string, file: File, { signal, onProgress }: SendOptions = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal?.addEventListener("abort", abort);
    request.upload.onprogress = (e) => e.lengthComputable && onProgress?.(e.loaded / e.total);
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    request.onerror = () => reject(new ApiError(0, unreachable, ""));
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as T);
      else reject(apiError(request, body));
    };
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    request.open("POST", path);
    request.setRequestHeader("Cineforge-Client", "page");
    const form = new FormData();
    form.append("file", file, file.name);
    if (signal?.aborted) return reject(new DOMException("aborted", "AbortError"));
    request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
