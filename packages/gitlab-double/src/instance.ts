import type { Feature, Release, Role, Scope, Visibility } from "./seed.ts";

// The records of an instance, as plain data. Ids are database ids, one sequence for each kind; an iid counts within a project.

export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly admin: boolean;
}

export interface Token {
  readonly id: number;
  readonly token: string;
  readonly name: string;
  readonly kind: "personal" | "oauth" | "deploy" | "job";
  readonly user: User;
  readonly scopes: readonly Scope[];
  readonly expired: boolean;
  readonly revoked: boolean;
  /** Of a job or deploy token: the only project that it opens. */
  readonly project?: Project;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step?: number;
}

export interface Experiment {
  readonly id: number;
  readonly iid: number;
  readonly name: string;
  readonly tags: Map<string, string>;
  readonly createdAt: number;
  updatedAt: number;
  readonly candidates: Set<Candidate>;
  model?: Model;
}

export interface Candidate {
  readonly id: number;
  readonly iid: number;
  readonly eid: string;
  readonly experiment: Experiment;
  readonly user: User;
  readonly name: string;
  readonly startTime: number;
  endTime?: number;
  status: string;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly metrics: Metric[];
  readonly createdAt: number;
  version?: ModelVersion;
}

export interface Model {
  readonly id: number;
  readonly name: string;
  description: string;
  readonly user: User;
  readonly tags: Map<string, string>;
  readonly createdAt: number;
  updatedAt: number;
  readonly experiment: Experiment;
  readonly versions: Set<ModelVersion>;
}

export interface ModelVersion {
  readonly id: number;
  readonly model: Model;
  readonly semver: string;
  description: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly candidate: Candidate;
  readonly createdAt: number;
  updatedAt: number;
}

export interface PackageFile {
  readonly id: number;
  /** As it is stored: a path with folders is percent-encoded. */
  readonly name: string;
  readonly size: number;
  /** Where its bytes lie. */
  readonly file: string;
  readonly createdAt: number;
}

export interface Package {
  readonly id: number;
  readonly type: "ml_model" | "generic";
  name: string;
  version: string;
  status: string;
  readonly createdAt: number;
  readonly files: PackageFile[];
}

export interface Project {
  readonly id: number;
  readonly path: string;
  readonly visibility: Visibility;
  readonly members: Readonly<Record<string, Role>>;
  readonly features: Readonly<Record<"experiments" | "registry" | "packages", Feature>>;
  readonly jobs: readonly number[];
  readonly experiments: Map<number, Experiment>;
  readonly experimentsByName: Map<string, Experiment>;
  readonly candidates: Map<string, Candidate>;
  readonly candidatesByIid: Map<number, Candidate>;
  readonly models: Map<string, Model>;
  readonly versions: Map<number, ModelVersion>;
  readonly packages: Set<Package>;
  readonly lastIid: { experiment: number; candidate: number };
}

export interface Group {
  readonly path: string;
  readonly members: Readonly<Record<string, Role>>;
}

/** A GitLab: everything that its routes know. */
export interface Instance {
  /** With the relative root, without a slash at the end. */
  url: string;
  readonly release: Release;
  readonly limits: { readonly mlModelFile: number; readonly genericFile: number };
  /** Where the bytes of packages lie. */
  readonly folder: string;
  readonly users: readonly User[];
  readonly tokens: ReadonlyMap<string, Token>;
  readonly groups: readonly Group[];
  readonly projects: readonly Project[];
  /** The next database id. */
  readonly nextId: () => number;
}
