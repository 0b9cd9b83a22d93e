import { Transport, type TransportOptions } from "@modelstack/mlflow-client/http";
import { errorOfAnswer } from "./error-of-answer.ts";
import { Experiments } from "./experiments.ts";
import { GraphQL } from "./graphql.ts";
import { Instance } from "./instance.ts";
import { Models } from "./models.ts";
import { ModelVersions } from "./model-versions.ts";
import { PackageFiles } from "./package-files.ts";
import { Packages } from "./packages.ts";
import { Runs } from "./runs.ts";

/** How a client reaches its GitLab. */
export interface GitLabClientOptions extends Omit<TransportOptions, "trackingUri" | "errorOfAnswer" | "auth"> {
  /** Where GitLab is, with the path of its root if it has one: `https://example.org/gitlab`. */
  readonly url: string;
  /** Of a person, a project, a group, OAuth or, for files of packages alone, a job. */
  readonly token?: string | undefined;
}

/**
 * A client of GitLab, as far as experiments and models need it: its calls that are MLflow's, with GitLab's rules, the files of packages, and what
 * it says about projects and tokens. What fails is an MlflowError with a GitLabCode. What can be repeated without harm is tried again; what
 * makes something is looked for first.
 */
export class GitLabClient implements AsyncDisposable {
  readonly instance: Instance;
  readonly graphql: GraphQL;
  readonly #api: Transport;
  readonly #root: Transport;

  /** @throws MlflowError SETTINGS_INVALID */
  constructor({ url, token, ...options }: GitLabClientOptions) {
    const auth = token === undefined ? undefined : { token };
    this.#root = new Transport({ ...options, trackingUri: url, auth, errorOfAnswer });
    this.#api = this.#root.below("/api/v4");
    this.instance = new Instance(this.#api);
    this.graphql = new GraphQL(this.#root);
  }

  /** The calls of a project. @param id - its number */
  project(id: string): ProjectClient {
    return new ProjectClient(this.#api.below(`/projects/${id}`), this.graphql);
  }

  /** Ends its connections; what is under way fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#root.close();
  }
}

/** The calls of one project. */
export class ProjectClient {
  /** What Python's client takes as MLFLOW_TRACKING_URI. */
  readonly trackingUri: string;
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly models: Models;
  readonly versions: ModelVersions;
  readonly files: PackageFiles;
  readonly packages: Packages;

  constructor(project: Transport, graphql: GraphQL) {
    const mlflow = project.below("/ml/mlflow");
    this.trackingUri = `${mlflow.connection.origin}${mlflow.base}`;
    this.experiments = new Experiments(mlflow);
    this.runs = new Runs(mlflow);
    this.models = new Models(mlflow);
    this.versions = new ModelVersions(
      mlflow,
      graphql,
      async (model, options) => (await this.models.get(model, options)).latest_versions,
    );
    this.files = new PackageFiles(project, mlflow);
    this.packages = new Packages(project);
  }
}
