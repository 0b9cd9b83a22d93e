import type { StepPrograms } from "../components/step-programs.ts";
import { isStackError, StackError } from "../errors.ts";
import { commonVariables } from "../platform.ts";
import { LastLines } from "./printed-lines.ts";
import { runProgram } from "./run-program.ts";

/** Where what is needed comes from, and where what is said goes. */
export interface PythonScope {
  readonly programs: Pick<StepPrograms, "projectFolder" | "cacheFolder" | "print">;
  readonly signal: AbortSignal;
}

// uv does not read what pip is told. Where pip was told from where to install, pip it is.
const TOLD_PIP = ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CONFIG_FILE"];

export async function hasUv(scope: PythonScope): Promise<boolean> {
  if (TOLD_PIP.some((name) => (process.env[name] ?? "") !== "")) return false;
  try {
    return (await quietly(["uv", "--version"], scope)).exit === 0;
  } catch (error) {
    if (isStackError(error)) return false;
    throw error;
  }
}

export async function install(argv: readonly string[], requirements: string, scope: PythonScope): Promise<void> {
  const lines = new LastLines();
  const print = (bytes: Uint8Array) => {
    // Some of what it complains of goes to stdout.
    lines.push(Buffer.from(bytes));
    scope.programs.print(bytes);
  };
  const { exit } = await runProgram({ ...atHome(argv, scope), print });
  if (exit === 0) return;
  const said = lines.text(20);
  throw new StackError(
    "PYTHON_ENVIRONMENT_FAILED",
    `The Python environment of ${requirements} could not be made: ${argv.slice(0, 4).join(" ")} … ended with ${exit}. The end of what it said:\n${said.replaceAll(/^/gm, "  | ")}`,
    { hint: hintFor(said) },
  );
}

function hintFor(said: string): string {
  if (/ensurepip|No module named (venv|pip)/.test(said))
    return "This Python has no venv. On Debian and Ubuntu: apt install python3-venv";
  if (/No matching distribution|no solution found/i.test(said))
    return "Does that version exist for this Python and system? `pip index versions NAME` lists them.";
  return "Variables PIP_… and UV_… are passed on: indexes, proxies and certificates are configured there, or in pip's own file.";
}

/** Runs a program whose answer is for us. */
export async function quietly(argv: readonly string[], scope: PythonScope) {
  const answer: Uint8Array[] = [];
  const end = await runProgram({ ...atHome(argv, scope), print: (bytes) => void answer.push(bytes) });
  return { ...end, said: Buffer.concat(answer).toString() };
}

function atHome(argv: readonly string[], { programs: { projectFolder }, signal }: PythonScope) {
  return { argv, folder: projectFolder, env: installVariables(), signal, grace: 5 };
}

// Said of where packages are installed, they would end up elsewhere; the rest is no business of this installation.
const NOT_PASSED =
  /^PIP_(USER|TARGET|PREFIX|ROOT|PYTHON|DRY_RUN|REQUIREMENT|EDITABLE|REQUIRE_VIRTUALENV|QUIET|REPORT)$|^UV_(PYTHON|PROJECT|PROJECT_ENVIRONMENT|SYSTEM_PYTHON|TARGET|PREFIX)$/;
const NETWORK =
  /^(https?|all|no)_proxy$|^(SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NETRC|XDG_(CACHE|CONFIG)_HOME|PYENV_(ROOT|VERSION))$/i;

/** Beside the common variables: how indexes are reached, as it is said to pip and uv. */
function installVariables(): Record<string, string> {
  const passed = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (commonVariables.includes(entry[0]) ||
        NETWORK.test(entry[0]) ||
        (/^(PIP|UV)_/.test(entry[0]) && !NOT_PASSED.test(entry[0]))),
  );
  // What pip's own file says of it: nobody installs into the home folder from a virtual environment.
  return { ...Object.fromEntries(passed), PIP_USER: "0", PIP_DISABLE_PIP_VERSION_CHECK: "1" };
}
