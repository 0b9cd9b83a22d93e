import { buildSchema, graphql } from "graphql";
import { hasLevel, isVisible, mustRead } from "./access.ts";
import { authenticate, personal } from "./auth.ts";
import { admitted } from "./guards.ts";
import type { KnownCall, ProjectCall, Route } from "./http/call.ts";
import { Refusal } from "./http/refusals.ts";
import type { Model, ModelVersion, Project } from "./instance.ts";
import { removeModel } from "./models.ts";
import { findPackage } from "./run-records.ts";
import { highest } from "./semver.ts";
import { tooLong, lengths } from "./tags.ts";
import { makeVersion, removeVersion } from "./versions.ts";

// The part of GitLab's GraphQL API that is about models. [S] app/graphql/types/ml, app/graphql/mutations/ml

const schema = buildSchema(`
  scalar MlModelID
  scalar MlModelVersionID
  scalar MlCandidateID
  type UserCore { id: ID! username: String! name: String! }
  type MlCandidate { id: ID! iid: Int! eid: String! name: String status: String! }
  type MlModelVersion { id: MlModelVersionID! version: String! description: String packageId: ID candidate: MlCandidate }
  type MlModelVersionConnection { nodes: [MlModelVersion] }
  type MlModel {
    id: MlModelID! name: String! description: String versionCount: Int candidateCount: Int
    latestVersion: MlModelVersion version(modelVersionId: MlModelVersionID): MlModelVersion
    versions(first: Int): MlModelVersionConnection
  }
  type MlModelConnection { nodes: [MlModel] }
  type Project { id: ID! name: String! fullPath: ID! mlModels(name: String): MlModelConnection }
  type Query { currentUser: UserCore project(fullPath: ID!): Project mlModel(id: MlModelID!): MlModel }

  input MlModelVersionCreateInput {
    projectPath: ID! modelId: MlModelID! version: String description: String candidateId: MlCandidateID clientMutationId: String
  }
  input MlModelVersionEditInput {
    projectPath: ID! modelId: MlModelID! version: String! description: String! clientMutationId: String
  }
  input MlModelVersionDeleteInput { id: MlModelVersionID! clientMutationId: String }
  input MlModelDeleteInput { id: MlModelID! clientMutationId: String }
  input MlModelDestroyInput { projectPath: ID! id: MlModelID! clientMutationId: String }
  type MlModelVersionPayload { modelVersion: MlModelVersion errors: [String!]! clientMutationId: String }
  type MlModelPayload { model: MlModel message: String errors: [String!]! clientMutationId: String }
  type Mutation {
    mlModelVersionCreate(input: MlModelVersionCreateInput!): MlModelVersionPayload
    mlModelVersionEdit(input: MlModelVersionEditInput!): MlModelVersionPayload
    mlModelVersionDelete(input: MlModelVersionDeleteInput!): MlModelVersionPayload
    mlModelDelete(input: MlModelDeleteInput!): MlModelPayload
    mlModelDestroy(input: MlModelDestroyInput!): MlModelPayload
  }
`);

export const graphqlRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/api/graphql",
    source: "[S] app/controllers/graphql_controller.rb",
    admit: admitted(knownOrRefused, async (call) => {
      const { query, variables } = call.input as { query: string; variables?: Record<string, unknown> };
      const rootValue = roots(call);
      return {
        body: await graphql({
          schema,
          source: query,
          rootValue,
          ...(variables == null ? {} : { variableValues: variables }),
        }),
      };
    }),
  },
];

/** [K] GraphQL says in its own form that a token is not valid. Reading needs read_api; that a mutation needs api is checked there. */
function knownOrRefused(call: Parameters<Route["admit"]>[0]): KnownCall {
  try {
    return authenticate(call, personal, ["read_api"]);
  } catch (error) {
    if (error instanceof Refusal && error.status === 401)
      throw new Refusal(401, { errors: [{ message: "Invalid token" }] });
    throw error;
  }
}

/** [S] Gitlab::Graphql::Authorize: absent and forbidden look alike. */
const unavailable = () =>
  new Error(
    "The resource that you are attempting to access does not exist or you don't have permission to perform this action",
  );

interface Input {
  readonly projectPath: string;
  readonly modelId: string;
  readonly id: string;
  readonly version?: string;
  readonly description?: string;
  readonly candidateId?: string;
}

function roots(call: KnownCall) {
  return {
    currentUser: () => ({ ...call.user, id: `gid://gitlab/User/${call.user.id}` }),
    project: ({ fullPath }: { fullPath: string }) => projectNode(call, fullPath),
    mlModel: ({ id }: { id: string }) => {
      const found = findModel(call, id);
      return found === undefined ? null : modelNode(found.project, found.model);
    },
    mlModelVersionCreate: ({ input }: { input: Input }) => createVersion(call, input),
    mlModelVersionEdit: ({ input }: { input: Input }) => editVersion(call, input),
    mlModelVersionDelete: ({ input }: { input: Input }) => {
      const found = findVersion(call, input.id);
      const { project } = mayWrite(call, found?.project);
      removeVersion(project, found!.version);
      return { modelVersion: versionNode(project, found!.version), errors: [] };
    },
    mlModelDelete: ({ input }: { input: Input }) => deleteModel(call, input),
    mlModelDestroy: ({ input }: { input: Input }) => deleteModel(call, input),
  };
}

/** Needs the scope api and the role Developer: `write_model_registry`. */
function mayWrite(call: KnownCall, project: Project | undefined): ProjectCall {
  if (project === undefined || !call.token.scopes.includes("api")) throw unavailable();
  const known = mustRead({ ...call, project }, "registry");
  if (!hasLevel(known, "developer")) throw unavailable();
  return known;
}

function createVersion(call: KnownCall, { modelId, version, description = "", candidateId }: Input) {
  const found = findModel(call, modelId);
  const { project, instance, user } = mayWrite(call, found?.project);
  const tags = version === undefined ? [] : [{ key: "gitlab.version", value: version }];
  const candidate = [...project.candidates.values()].find(
    ({ id }) => `gid://gitlab/Ml::Candidate/${id}` === candidateId,
  );
  if (candidateId !== undefined && candidate === undefined) return { modelVersion: null, errors: ["Run not found"] };
  try {
    const made = makeVersion(instance, project, found!.model, { user, description, tags, promoted: candidate?.eid });
    return { modelVersion: versionNode(project, made), errors: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message } = error.body as { message: readonly string[] };
    return { modelVersion: null, errors: message };
  }
}

function editVersion(call: KnownCall, { modelId, version, description = "" }: Input) {
  const found = findModel(call, modelId);
  const { project } = mayWrite(call, found?.project);
  const edited = [...found!.model.versions].find(({ semver }) => semver === version);
  if (edited === undefined) return { modelVersion: null, errors: ["Model not found"] };
  const problems = tooLong("Description", description, lengths.description);
  if (problems.length > 0) return { modelVersion: null, errors: problems };
  edited.description = description;
  return { modelVersion: versionNode(project, edited), errors: [] };
}

function deleteModel(call: KnownCall, { id }: Input) {
  const found = findModel(call, id);
  const { project } = mayWrite(call, found?.project);
  const model = modelNode(project, found!.model);
  removeModel(project, found!.model);
  return { model, message: "Model has been successfully deleted", errors: [] };
}

const visible = ({ instance, user }: KnownCall) =>
  instance.projects.filter((project) => isVisible(instance, project, user));

function findModel(call: KnownCall, gid: string) {
  for (const project of visible(call))
    for (const model of project.models.values()) if (gidOf(model) === gid) return { project, model };
  return undefined;
}

function findVersion(call: KnownCall, gid: string) {
  for (const project of visible(call))
    for (const version of project.versions.values()) if (gidOfVersion(version) === gid) return { project, version };
  return undefined;
}

const gidOf = ({ id }: Model) => `gid://gitlab/Ml::Model/${id}`;
const gidOfVersion = ({ id }: ModelVersion) => `gid://gitlab/Ml::ModelVersion/${id}`;

function projectNode(call: KnownCall, fullPath: string) {
  const project = visible(call).find(({ path }) => path === fullPath);
  if (project === undefined) return null;
  const mlModels = ({ name = "" }: { name?: string }) => ({
    nodes: [...project.models.values()]
      .filter((model) => model.name.includes(name))
      .map((model) => modelNode(project, model)),
  });
  return {
    id: `gid://gitlab/Project/${project.id}`,
    name: project.path.split("/").at(-1),
    fullPath: project.path,
    mlModels,
  };
}

function modelNode(project: Project, model: Model) {
  const { name, description, versions, experiment } = model;
  const latest = highest(versions);
  return {
    id: gidOf(model),
    name,
    description,
    versionCount: versions.size,
    candidateCount: [...experiment.candidates].filter(({ version }) => version === undefined).length,
    latestVersion: latest === undefined ? null : versionNode(project, latest),
    version: ({ modelVersionId }: { modelVersionId: string }) => {
      const found = [...versions].find((version) => gidOfVersion(version) === modelVersionId);
      return found === undefined ? null : versionNode(project, found);
    },
    versions: ({ first = 100 }: { first?: number }) => ({
      nodes: [...versions].slice(0, first).map((version) => versionNode(project, version)),
    }),
  };
}

function versionNode(project: Project, version: ModelVersion) {
  const { semver, description, candidate, model } = version;
  const files = findPackage(project, "ml_model", model.name, semver);
  const { id, iid, eid, name, status } = candidate;
  return {
    id: gidOfVersion(version),
    version: semver,
    description,
    packageId: files === undefined ? null : `gid://gitlab/Packages::Package/${files.id}`,
    candidate: { id: `gid://gitlab/Ml::Candidate/${id}`, iid, eid, name, status: status.toLowerCase() },
  };
}
