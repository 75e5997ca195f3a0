/** A frame of a stream of server-sent events. */
export interface SseFrame {
  id: string | null;
  data: string;
}

/**
 * Reads server-sent events from chunks of text, which may end anywhere. Frames of this API have id
 * and data only; lines that begin with a colon keep the connection alive and are nothing else.
 */
export class SseReader {
  private rest = "";
  private id: string | null = null;
  private data: string[] = [];

  /** Returns the frames that a chunk completes. */
  read(chunk: string): SseFrame[] {
    const frames: SseFrame[] = [];
    const lines = (this.rest + chunk).split("\n");
    this.rest = lines.pop() ?? "";
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line === "") {
        if (this.data.length > 0) frames.push({ id: this.id, data: this.data.join("\n") });
        this.id = null;
        this.data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "id") this.id = value;
      if (field === "data") this.data.push(value);
    }
    return frames;
  }
}
