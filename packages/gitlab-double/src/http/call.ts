import type { IncomingMessage } from "node:http";
import type { Instance, Project, Token, User } from "../instance.ts";

/** A request that has a route. */
export interface Call {
  readonly instance: Instance;
  readonly request: IncomingMessage;
  readonly method: string;
  /** Below the instance's address, as it was sent. */
  readonly pathname: string;
  readonly query: Readonly<Record<string, string>>;
  /** What the path says, decoded. */
  readonly path: Readonly<Record<string, string>>;
  /** Parameters of query and body; of the query only for a route that takes a file. */
  input: Readonly<Record<string, unknown>>;
}

/** A call whose sender is known. */
export interface KnownCall extends Call {
  readonly token: Token;
  readonly user: User;
}

/** A call about a project that its sender may see. */
export interface ProjectCall extends KnownCall {
  readonly project: Project;
}

export interface Answer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON. */
  readonly body?: unknown;
  /** A file that is sent instead. */
  readonly file?: string;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `:name` for a segment and `*name` for several, which may be none. */
  readonly path: string;
  /** Where the rule comes from: [S] source, [D] documentation, [K] known, [I] inferred. */
  readonly source: string;
  /** The body is a file: it is left to the route. */
  readonly takesFile?: boolean;
  /** The response schema of GitLab's own tests that the body keeps to. */
  readonly schema?: string;
  /** Since which release; left out: in all. */
  readonly since?: "newest";
  /** Who may, before the body is read. Answers what comes after it. */
  readonly admit: (call: Call) => (call: Call) => Answer | Promise<Answer>;
}
