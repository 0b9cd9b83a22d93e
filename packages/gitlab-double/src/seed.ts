import type { Group, Instance, Project, Token, User } from "./instance.ts";

export type Role = "guest" | "planner" | "reporter" | "developer" | "maintainer" | "owner";
export type Scope = "api" | "read_api" | "read_user" | "read_repository" | "write_repository";
export type Visibility = "private" | "internal" | "public";
/** Of a feature of a project: for everybody who sees the project, for its members, for nobody. */
export type Feature = "enabled" | "private" | "disabled";
/**
 * `17`: no promotion by run_id, no metrics/get-history, no experiments/search, versions counted by MAJOR, no spaces in file names, models with raw
 * records of their versions, addresses of files always by http.
 */
export type Release = "newest" | "17";

export interface SeedToken {
  readonly token: string;
  /** Default `api`. */
  readonly scopes?: readonly Scope[];
  /** Project and group access tokens are personal ones of a user that is a bot. */
  readonly kind?: "personal" | "oauth";
  readonly name?: string;
  readonly expired?: boolean;
  readonly revoked?: boolean;
}

export interface SeedUser {
  readonly username: string;
  readonly name?: string;
  readonly admin?: boolean;
  readonly tokens?: readonly SeedToken[];
}

export interface SeedProject {
  /** Such as `grp/sub/proj`. */
  readonly path: string;
  /** Left out: 1, 2, 3. */
  readonly id?: number;
  /** Default `private`. */
  readonly visibility?: Visibility;
  readonly members?: Readonly<Record<string, Role>>;
  readonly features?: Partial<Project["features"]>;
  /** Running jobs: their ids, whose they are, and their job tokens. */
  readonly jobs?: readonly { readonly id: number; readonly user: string; readonly token: string }[];
  readonly deployTokens?: readonly { readonly username: string; readonly token: string }[];
}

export interface Seed {
  readonly release?: Release;
  readonly users?: readonly SeedUser[];
  readonly groups?: readonly Group[];
  readonly projects?: readonly SeedProject[];
  /** Bytes of a file in a package of a model. Default 10 GiB. [S] ml_model_max_file_size */
  readonly maxFileSize?: number;
  /** Bytes of a file in a generic package. Default 5 GiB. [D] generic_packages_max_file_size */
  readonly maxGenericFileSize?: number;
}

/** What a double has unless it is told otherwise: one developer of one private project, and a job of it. */
export const defaultSeed = {
  users: [{ username: "ada", name: "Ada Lovelace", tokens: [{ token: "glpat-ada-0000000000000000" }] }],
  projects: [
    {
      path: "biosignal/software/mednet",
      members: { ada: "developer" },
      jobs: [{ id: 4711, user: "ada", token: "glcbt-64_0000000000000000" }],
    },
  ],
} as const satisfies Seed;

/** The first user has this id: the fixtures that the answers are held to have it too. */
const FIRST_USER = 7;
const GIB = 1024 ** 3;

/** The instance that a seed describes. */
export function planted(seed: Seed, folder: string): Instance {
  let lastId = 0;
  const nextId = () => ++lastId;
  const users = (seed.users ?? defaultSeed.users).map((user, index) => plantUser(user, FIRST_USER + index));
  const named = (username: string): User => {
    const found = users.find((user) => user.username === username);
    if (found === undefined) throw new Error(`the seed names the user ${username}, whom it does not have`);
    return found;
  };
  const seeded: readonly SeedProject[] = seed.projects ?? defaultSeed.projects;
  const projects = seeded.map((project, index) => plantProject(project, index + 1));
  const tokens: Token[] = (seed.users ?? defaultSeed.users).flatMap((user: SeedUser) =>
    (user.tokens ?? []).map((token) => plantToken(token, named(user.username), nextId())),
  );
  for (const [index, { jobs = [], deployTokens = [] }] of seeded.entries()) {
    const project = projects[index]!;
    for (const { user, token } of jobs) tokens.push(bound("job", token, named(user), project, nextId()));
    for (const { username, token } of deployTokens) {
      const user = { id: 0, username, name: username, admin: false };
      tokens.push(bound("deploy", token, user, project, nextId()));
    }
  }
  return {
    url: "",
    release: seed.release ?? "newest",
    limits: { mlModelFile: seed.maxFileSize ?? 10 * GIB, genericFile: seed.maxGenericFileSize ?? 5 * GIB },
    folder,
    users,
    tokens: new Map(tokens.map((token) => [token.token, token])),
    groups: seed.groups ?? [],
    projects,
    nextId,
  };
}

function plantUser({ username, name = username, admin = false }: SeedUser, id: number): User {
  return { id, username, name, admin };
}

function plantToken(token: SeedToken, user: User, id: number): Token {
  const {
    scopes = ["api"],
    kind = "personal",
    name = `token of ${user.username}`,
    expired = false,
    revoked = false,
  } = token;
  return { id, token: token.token, name, kind, user, scopes, expired, revoked };
}

function bound(kind: "job" | "deploy", token: string, user: User, project: Project, id: number): Token {
  return { id, token, name: kind, kind, user, scopes: ["api"], expired: false, revoked: false, project };
}

function plantProject(seed: SeedProject, id: number): Project {
  return {
    id: seed.id ?? id,
    path: seed.path,
    visibility: seed.visibility ?? "private",
    members: seed.members ?? {},
    features: { experiments: "enabled", registry: "enabled", packages: "enabled", ...seed.features },
    jobs: (seed.jobs ?? []).map(({ id }) => id),
    experiments: new Map(),
    experimentsByName: new Map(),
    candidates: new Map(),
    candidatesByIid: new Map(),
    models: new Map(),
    versions: new Map(),
    packages: new Set(),
    lastIid: { experiment: 0, candidate: 0 },
  };
}
