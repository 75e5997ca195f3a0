import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base } from "@playwright/test";
import { Proxy } from "./proxy";

/** The program under test; make builds it before the tests. */
const program = new URL("../../bin/cineforge", import.meta.url).pathname;

/** The samples of the project. */
export const sample = (name: string): string => new URL(`../../samples/${name}`, import.meta.url).pathname;

/** The environment of a program without what the tester has set for it. */
function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([k]) => !/^CINEFORGE_|_API_KEY$|_BASE_URL$/.test(k));
  return { ...Object.fromEntries(own), ...extra };
}

/** Returns a port that is free. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const s = createServer();
    s.on("error", reject);
    s.listen(0, "127.0.0.1", () => {
      const at = s.address();
      s.close(() => resolve(typeof at === "object" && at !== null ? at.port : 0));
    });
  });
}

/** Waits until a condition holds. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}

const answers = (url: string) => async (): Promise<boolean> =>
  fetch(url).then(
    (r) => r.ok,
    () => false,
  );

/** The simulator of the providers, as a process. */
export class Simulator {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
  ) {}

  /** Starts it with a scenario: a name, or the text of one. */
  static async start(scenario: string, dir: string): Promise<Simulator> {
    const port = await freePort();
    let name = scenario;
    if (scenario.includes("\n")) {
      name = join(dir, `scenario-${port}.yaml`);
      writeFileSync(name, scenario);
    }
    const p = spawn(program, ["simulate", "--scenario", name, "--addr", `127.0.0.1:${port}`], {
      env: environment(),
      stdio: "ignore",
    });
    const url = `http://127.0.0.1:${port}`;
    await until("the simulator answers", answers(`${url}/_simulator/calls`));
    return new Simulator(url, p);
  }

  /** Changes what the providers do. */
  async change(scenario: string): Promise<void> {
    const r = await fetch(`${this.url}/_simulator/scenario?name=${scenario}`, { method: "PUT" });
    if (!r.ok) throw new Error(`scenario ${scenario}: ${r.status} ${await r.text()}`);
  }

  /** The calls that it got. */
  async calls(): Promise<unknown[]> {
    return (await fetch(`${this.url}/_simulator/calls`)).json() as Promise<unknown[]>;
  }

  stop(): void {
    this.process.kill("SIGKILL");
  }
}

/** What a server of a test is set to. */
export interface ServerOptions {
  /** The scenario of the simulator; without one there are no keys, and the offline model answers. */
  scenario?: string;
  token?: string;
  env?: Record<string, string>;
}

/** The real program, serving a data directory of its own. */
export class Server {
  private process: ChildProcess | null = null;
  simulator: Simulator | null = null;

  private constructor(
    readonly dir: string,
    private readonly port: number,
    private readonly options: ServerOptions,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    const dir = mkdtempSync(join(tmpdir(), "cineforge-page-"));
    const s = new Server(dir, await freePort(), options);
    if (options.scenario) s.simulator = await Simulator.start(options.scenario, dir);
    await s.up();
    return s;
  }

  /** Starts the process, on the same data and address as before. */
  async up(): Promise<void> {
    const env: Record<string, string> = { ...this.options.env };
    if (this.simulator) {
      Object.assign(env, simulated(this.simulator.url));
    }
    if (this.options.token) env["CINEFORGE_TOKEN"] = this.options.token;
    const p = spawn(program, ["serve", "--data", join(this.dir, "data"), "--addr", `127.0.0.1:${this.port}`, "--grace", "1s"], {
      env: environment(env),
      stdio: process.env["CINEFORGE_SHOW"] ? "inherit" : "ignore",
    });
    this.process = p;
    await until("the server answers", answers(`${this.url}/api/ready`));
  }

  /** Kills the process as a power cut would. */
  async kill(): Promise<void> {
    const p = this.process;
    this.process = null;
    if (p === null || p.exitCode !== null) return;
    const gone = new Promise((r) => p.once("exit", r));
    p.kill("SIGKILL");
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    this.simulator?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** What requests need to be let in. */
  get headers(): Record<string, string> {
    return this.options.token ? { Authorization: `Bearer ${this.options.token}` } : {};
  }

  /** Asks the API. */
  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const r = await fetch(this.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...this.headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${await r.text()}`);
    const text = await r.text();
    return (text === "" ? null : JSON.parse(text)) as T;
  }
}

/** The variables that point the program to a simulator. */
function simulated(url: string): Record<string, string> {
  return {
    ANTHROPIC_API_KEY: "simulated",
    ANTHROPIC_BASE_URL: `${url}/anthropic`,
    OPENAI_API_KEY: "simulated",
    OPENAI_BASE_URL: `${url}/openai/v1`,
    GEMINI_API_KEY: "simulated",
    GOOGLE_GEMINI_BASE_URL: `${url}/google`,
  };
}

/** What tests start; it is stopped after each test. */
interface Started {
  serve: (options?: ServerOptions) => Promise<Server>;
  /** Puts a proxy before a server. */
  behind: (server: Server) => Promise<Proxy>;
}

export const test = base.extend<Started>({
  behind: async ({}, use) => {
    const proxies: Proxy[] = [];
    await use(async (server) => {
      const p = await Proxy.start(server.url);
      proxies.push(p);
      return p;
    });
    proxies.forEach((p) => p.stop());
  },
  serve: async ({ context }, use) => {
    const servers: Server[] = [];
    await use(async (options) => {
      const s = await Server.start(options);
      servers.push(s);
      return s;
    });
    // A page may still be asking: what a route does to its requests must not fail when the server is gone.
    await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
    await Promise.all(servers.map((s) => s.stop()));
  },
});

export { expect } from "@playwright/test";
