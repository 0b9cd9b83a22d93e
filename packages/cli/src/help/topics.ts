import { STACK_FILE_EXAMPLE } from "@modelstack/core/base";

interface Topic {
  readonly brief: string;
  readonly text: string;
}

const exitCodes = `What the command's exit code means:

  0     done
  1     a step or a run failed; also a fault of modelstack itself, shown as INTERNAL
  2     usage, configuration or validation; also what a component cannot do
  3     not found
  4     not authenticated, or not allowed
  5     conflict: it is there already, somebody holds it, it is not in the expected state, a name means several things
  6     something cannot be reached now
  7     stored data is damaged, is not what was stored, or cannot be written
  130   cancelled by Ctrl-C
  143   cancelled by SIGTERM

Every error also has a code of its own, in square brackets behind the message, or as "code" with --json.
`;

const environment = `What the command takes from the environment:

  STACK_FILE                 as --stack-file
  STACK_NAME                 as --stack
  NO_COLOR, FORCE_COLOR      no escape sequences at all; colours even without a terminal. FORCE_COLOR wins, --color over both
  TERM=dumb, CI              plain lines instead of a list that is redrawn, and no colours
  USER, USERNAME, LOGNAME    the name under which runs and changes are recorded
  HTTP_PROXY, HTTPS_PROXY    proxies on the way to MLflow and GitLab, but not to hosts in NO_PROXY
  \${env:NAME} in stack.yaml  any variable; a file .env beside stack.yaml adds those that are not set
`;

const stackYaml = `stack.yaml names the stacks of a project and the flavor of each of their components. It is looked for in the working folder and
upwards. Without one, the built-in stack "local" serves.

${STACK_FILE_EXAMPLE}

  version       the form of the file: 1
  active        the stack that commands use unless --stack names another one; stack use edits it
  stacks        stacks by name
  plugins       packages that bring flavors, or folders of the project that are such packages
  model_names   a regular expression that names of models must match

A stack has at most one component of each kind: orchestrator, artifact_store and metadata_store, which are local when they are left out;
experiment_tracker; model_registry, which needs a tracker of the same flavor. Beside flavor: stand the flavor's own keys.

  stack flavor list              which flavors there are
  stack flavor show KIND/NAME    which keys one takes
  stack validate                 whether the file is right
  stack schema                   its JSON Schema, for completion in editors
`;

/** What `stack help TOPIC` prints. */
export const topics: Readonly<Record<string, Topic>> = {
  "exit-codes": { brief: "what the exit code means", text: exitCodes },
  environment: { brief: "which variables are read", text: environment },
  "stack.yaml": { brief: "how stacks are configured", text: stackYaml },
};
