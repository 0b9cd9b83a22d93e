import { join } from "node:path";
import { registerSecret, type FlavorContext } from "@modelstack/core/stack";
import { MlflowClient, type MlflowAuth } from "@modelstack/mlflow-client";
import type { TrackerConfig } from "./config.ts";
import { stackErrorOf } from "./server-error.ts";

/** The MLflow server of a stack, which its experiment tracker and its model registry share. It connects when it is first used. */
export class MlflowServer implements AsyncDisposable {
  readonly client: MlflowClient;
  /** Its tracking URI without user and password. */
  readonly url: string;
  readonly auth: MlflowAuth | undefined;
  readonly caFile: string | undefined;
  readonly insecureTls: boolean;
  #version: Promise<string> | undefined;

  constructor(config: TrackerConfig, { projectFolder, note }: Pick<FlavorContext, "projectFolder" | "note">) {
    const inProject = (path: string | undefined) => (path === undefined ? undefined : join(projectFolder, path));
    const { url, auth } = addressOf(config.tracking_uri);
    this.url = url;
    this.auth = authOf(config, inProject(config.token_file)) ?? auth;
    this.caFile = inProject(config.ca_file);
    this.insecureTls = config.insecure_tls;
    const { caFile, insecureTls } = this;
    this.client = new MlflowClient({
      trackingUri: url,
      auth: this.auth,
      caFile,
      insecureTls,
      proxies: "environment",
      onRetry: ({ message }) => note(`${message}; trying again`),
    });
  }

  /** Such as `3.17.2`; asked for once. */
  version(): Promise<string> {
    this.#version ??= this.call(() => this.client.version()).catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  /**
   * Calls the server. What the caller knows better, such as which model was not found, it translates itself, inside.
   *
   * @throws StackError
   */
  async call<T>(work: (client: MlflowClient) => Promise<T>): Promise<T> {
    try {
      return await work(this.client);
    } catch (error) {
      throw stackErrorOf(error, this.url);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

function addressOf(trackingUri: string): { url: string; auth: MlflowAuth | undefined } {
  const parsed = new URL(trackingUri);
  const { username, password } = parsed;
  const url = `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`;
  if (username === "" && password === "") return { url, auth: undefined };
  const auth = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  registerSecret(auth.password);
  return { url, auth };
}

function authOf({ token, username, password }: TrackerConfig, tokenFile: string | undefined): MlflowAuth | undefined {
  if (username !== undefined && password !== undefined) return { username, password };
  if (tokenFile !== undefined) return { tokenFile };
  return token === undefined ? undefined : { token };
}
