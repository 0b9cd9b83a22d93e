import type { ServerResponse } from "node:http";

/** What a double does instead of answering as it should. */
export type Fault =
  /** Answers so, and does nothing. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** Breaks the connection before it does anything. */
  | { readonly kind: "hang-up" }
  /** Does what it is asked, and breaks the connection instead of saying so. */
  | { readonly kind: "answer-lost" }
  /** Does what it is asked, and breaks off in the middle of the answer. */
  | { readonly kind: "answer-cut" }
  /** Says nothing, ever. */
  | { readonly kind: "silence" };

/** Which requests a fault meets. */
export interface Meets {
  readonly method?: string;
  /** A part of the path. */
  readonly path: string;
  /** How many of them; default 1. */
  readonly times?: number;
  /** How many pass before it; default 0. */
  readonly after?: number;
}

// The refusals of GitLab that no route makes by itself.

/** [D] "Rate limits": a plain text, when to come again. */
export const rateLimited = (seconds: number): Fault => ({
  kind: "answer",
  status: 429,
  headers: {
    "content-type": "text/plain",
    "retry-after": String(seconds),
    "ratelimit-limit": "60",
    "ratelimit-remaining": "0",
  },
  body: "Retry later\n",
});

export const internalError: Fault = { kind: "answer", status: 500, body: { message: "500 Internal Server Error" } };

/** To another address, such as that of a login page or another host. */
export const redirected = (location: string, status = 302): Fault => ({
  kind: "answer",
  status,
  headers: { location, "content-type": "text/html" },
  body: `<html><body>You are being <a href="${location}">redirected</a>.</body></html>`,
});

export class Faults {
  readonly #waiting: { readonly meets: Meets; readonly fault: Fault; passed: number; met: number }[] = [];

  add(meets: Meets, fault: Fault): void {
    this.#waiting.push({ meets, fault, passed: 0, met: 0 });
  }

  /** The fault that a request meets. */
  take(method: string, pathname: string): Fault | undefined {
    for (const entry of this.#waiting) {
      const { meets, fault } = entry;
      if (meets.method !== undefined && meets.method !== method) continue;
      if (!pathname.includes(meets.path) || entry.met >= (meets.times ?? 1)) continue;
      if (entry.passed++ < (meets.after ?? 0)) continue;
      entry.met += 1;
      return fault;
    }
    return undefined;
  }
}

/** Breaks off in the middle of an answer. */
export function cut(response: ServerResponse, body: string): void {
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body) + 100),
  });
  response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.socket?.destroy());
}
