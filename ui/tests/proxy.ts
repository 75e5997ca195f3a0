import { createServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";

/** What a proxy does with what it gets. */
export type Manner =
  | "pass"
  | "hold" // connections stay open, and no byte comes any more
  | "refuse" // connections are cut
  | "bad-gateway"; // 502, as a proxy answers for a server that is away

/** A proxy between the page and the server, which a test can cut, hold, or let answer 502. */
export class Proxy {
  /** How requests other than streams go; and streams, where they differ. */
  manner: Manner = "pass";
  streamManner: Manner | null = null;
  /** How many streams were begun. */
  begun = 0;
  private readonly open = new Map<ServerResponse, IncomingMessage>();

  private constructor(
    private readonly target: URL,
    private readonly server: HttpServer,
  ) {}

  static async start(target: string): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy(new URL(target), server);
    server.on("request", (q, a) => proxy.handle(q, a));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    const at = this.server.address();
    return `http://127.0.0.1:${typeof at === "object" && at !== null ? at.port : 0}`;
  }

  /** How many streams are open. */
  get streams(): number {
    return this.open.size;
  }

  /** Cuts the streams that are open. */
  cut(): void {
    for (const answer of this.open.keys()) answer.destroy();
  }

  /** From now on the streams that are open get no byte any more, and are not closed either. */
  freeze(): void {
    for (const source of this.open.values()) source.unpipe();
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private handle(question: IncomingMessage, answer: ServerResponse): void {
    const stream = (question.url ?? "").includes("/events/stream");
    if (stream) this.begun++;
    const manner = (stream ? this.streamManner : null) ?? this.manner;
    if (manner === "hold") return;
    if (manner === "refuse") return void question.socket.destroy();
    if (manner === "bad-gateway") {
      answer.writeHead(502, { "Content-Type": "text/html" }).end("<h1>Bad Gateway</h1>");
      return;
    }
    const { hostname, port } = this.target;
    const onward = request(
      { hostname, port, path: question.url, method: question.method, headers: question.headers },
      (source) => {
        answer.writeHead(source.statusCode ?? 502, source.headers);
        source.pipe(answer);
        source.on("error", () => answer.destroy());
        source.on("aborted", () => answer.destroy());
        if (stream && source.statusCode === 200) this.open.set(answer, source);
      },
    );
    onward.on("error", () => answer.destroy());
    answer.on("close", () => {
      this.open.delete(answer);
      onward.destroy();
    });
    question.pipe(onward);
  }
}
