import { get, list, type CallOptions, type Transport } from "@modelstack/mlflow-client/http";
import { z } from "zod";
import { id, textOrNone } from "./answers.ts";

const access = z.object({ access_level: z.int() }).nullish();
const featureAccess = z.enum(["disabled", "private", "enabled", "public"]).optional().catch(undefined);

const project = z.object({
  id,
  path_with_namespace: z.string(),
  web_url: textOrNone,
  visibility: z.string().optional(),
  /** Of whoever asks: 10 Guest, 20 Reporter, 30 Developer, 40 Maintainer, 50 Owner. Not there without a token, and in lists. */
  permissions: z.object({ project_access: access, group_access: access }).nullish(),
  model_experiments_access_level: featureAccess,
  model_registry_access_level: featureAccess,
  package_registry_access_level: featureAccess,
});

/** A project. */
export type Project = z.output<typeof project>;

const user = z.object({ id, username: z.string(), name: textOrNone });

/** Whoever asks. */
export type User = z.output<typeof user>;

const token = z.object({
  name: textOrNone,
  scopes: list(z.string()),
  /** A date, `2026-12-31`. */
  expires_at: z.string().nullish(),
});

/** A personal, project or group access token. */
export type AccessToken = z.output<typeof token>;

const nothingAsked = z.object({});

const calls = {
  version: get("/version", {
    request: nothingAsked,
    answer: z.object({ version: z.string(), enterprise: z.boolean().optional() }),
  }),
  user: get("/user", { request: nothingAsked, answer: user }),
  token: get("/personal_access_tokens/self", { request: nothingAsked, answer: token }),
  limits: get("/application/plan_limits", {
    request: nothingAsked,
    answer: z.object({
      ml_model_max_file_size: z.int().optional(),
      generic_packages_max_file_size: z.int().optional(),
    }),
  }),
  search: get("/projects", {
    request: z.object({
      search: z.string(),
      search_namespaces: z.boolean(),
      simple: z.boolean(),
      per_page: z.int(),
      page: z.int(),
    }),
    answer: z.array(project),
  }),
};

/** What a GitLab says about itself, whoever asks and its projects. */
export class Instance {
  readonly #transport: Transport;

  /** @param api - below `/api/v4` */
  constructor(api: Transport) {
    this.#transport = api;
  }

  /** Such as `18.4.1-ee`. @throws MlflowError UNAUTHORIZED without a token */
  async version(options?: CallOptions): Promise<string> {
    return (await this.#transport.call(calls.version, {}, options)).version;
  }

  async user(options?: CallOptions): Promise<User> {
    return this.#transport.call(calls.user, {}, options);
  }

  /** The token that is used. @throws MlflowError for tokens of other kinds, such as OAuth's */
  async token(options?: CallOptions): Promise<AccessToken> {
    return this.#transport.call(calls.token, {}, options);
  }

  /** The limits of the instance, in bytes. @throws MlflowError FORBIDDEN unless an administrator asks */
  async limits(options?: CallOptions): Promise<{ ml_model_max_file_size?: number | undefined }> {
    return this.#transport.call(calls.limits, {}, options);
  }

  /** When it was asked, as GitLab says. */
  async time(options?: CallOptions): Promise<Date | undefined> {
    return this.#transport.time("/version", options);
  }

  /** @param idOrPath - `7`, or `group/project` @throws MlflowError PROJECT_NOT_FOUND */
  async project(idOrPath: string, options?: CallOptions): Promise<Project> {
    const call = get(`/projects/${encodeURIComponent(idOrPath)}`, { request: nothingAsked, answer: project });
    return this.#transport.call(call, {}, options);
  }

  /** The visible projects in whose path or name a text is found, a page at a time. */
  async searchProjects(search: string, page: number, options?: CallOptions): Promise<Project[]> {
    const request = { search, search_namespaces: true, simple: true, per_page: 100, page };
    return this.#transport.call(calls.search, request, options);
  }
}
