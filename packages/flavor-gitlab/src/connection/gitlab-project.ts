import type { FlavorContext } from "@modelstack/core/stack";
import { GitLabClient, type ProjectClient } from "../client/gitlab-client.ts";
import type { TrackerConfig } from "../config.ts";
import { findProject } from "./find-project.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { stackErrorOf } from "./stack-error.ts";

/** Where the project of a stack is. */
export interface FoundProject {
  readonly id: string;
  /** `group/project`. */
  readonly path: string;
  /** Where people look at it, without a slash at its end. */
  readonly webUrl: string;
}

/** What the calls of a project are made with. */
export interface Connected {
  readonly settings: Settings;
  readonly client: GitLabClient;
  /** The project's number, which is asked for when it was not given. */
  readonly project: () => Promise<ProjectClient>;
  /** The project's path and page. */
  readonly found: () => Promise<FoundProject>;
}

export type ProjectContext = Pick<FlavorContext, "projectFolder" | "note"> & {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Of python-gitlab, in tests. */
  readonly defaultFiles?: readonly string[];
};

/**
 * The GitLab project of a stack, which its experiment tracker and its model registry share. It reads configuration and connects when it is first
 * used, and looks the project up once.
 */
export class GitLabProject implements AsyncDisposable {
  readonly #config: TrackerConfig;
  readonly #context: ProjectContext;
  readonly #connected = new Once(() => this.#connect());
  #client: GitLabClient | undefined;

  constructor(config: TrackerConfig, context: ProjectContext) {
    this.#config = config;
    this.#context = context;
  }

  /** Where GitLab is and what is sent there. @throws StackError FLAVOR_CONFIG_INVALID, UNAUTHENTICATED */
  async settings(): Promise<Settings> {
    return (await this.#connected.get()).settings;
  }

  /** The project's number, path and page. @throws StackError */
  async found(): Promise<FoundProject> {
    return this.#explained(({ found }) => found());
  }

  /**
   * Calls the project. What the caller knows better, such as which model was not found, it translates itself, inside.
   *
   * @throws StackError
   */
  async call<T>(work: (project: ProjectClient) => Promise<T>): Promise<T> {
    return this.#explained(async ({ project }) => work(await project()));
  }

  /** Calls GitLab, which need be no call of the project. @throws StackError */
  async ask<T>(work: (client: GitLabClient) => Promise<T>): Promise<T> {
    return this.#explained(({ client }) => work(client));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]();
  }

  async #explained<T>(work: (connected: Connected) => Promise<T>): Promise<T> {
    const connected = await this.#connected.get();
    try {
      return await work(connected);
    } catch (error) {
      throw await stackErrorOf(error, connected);
    }
  }

  async #connect(): Promise<Connected> {
    const { environment = process.env, projectFolder, defaultFiles, note } = this.#context;
    const settings = await settingsOf(this.#config, {
      environment,
      projectFolder,
      ...(defaultFiles === undefined ? {} : { defaultFiles }),
    });
    const { url, token, caFile, insecureTls, timeoutMs } = settings;
    const client = new GitLabClient({
      url,
      token,
      caFile,
      insecureTls,
      timeoutMs,
      proxies: "environment",
      onRetry: ({ message }) => note(`${message}; trying again`),
    });
    this.#client = client;
    const found = new Once(() => lookedUp(client, settings));
    const project = new Once(async () => client.project(knownId(settings) ?? (await found.get()).id));
    return { settings, client, project: () => project.get(), found: () => found.get() };
  }
}

/** A number is the project's id; whether there is such a project, its calls tell. */
function knownId({ known, project }: Settings): string | undefined {
  return known?.id ?? (/^\d+$/.test(project) ? project : undefined);
}

async function lookedUp(client: GitLabClient, { known, project, url }: Settings): Promise<FoundProject> {
  if (known !== undefined && known.webUrl !== "") return known;
  const { id, path_with_namespace: path, web_url } = await findProject(client, project, url);
  return { id, path, webUrl: web_url === "" ? `${url}/${path}` : web_url.replace(/\/+$/, "") };
}

/** Does something when it is first asked for, and again only if that failed. */
class Once<T> {
  readonly #work: () => Promise<T>;
  #result: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  async get(): Promise<T> {
    this.#result ??= this.#work();
    try {
      return await this.#result;
    } catch (error) {
      this.#result = undefined;
      throw error;
    }
  }
}
