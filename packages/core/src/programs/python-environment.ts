import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { digestOf } from "../digest.ts";
import { StackError } from "../errors.ts";
import { withFolderLock } from "../folder-lock.ts";
import { pythonIn } from "../platform.ts";
import { hasUv, install, quietly, type PythonScope } from "./python-tools.ts";
import { checkPinned } from "./requirements.ts";

const description = z.object({
  version: z.string(),
  implementation: z.string(),
  /** What wheels have to fit: `linux-x86_64`. */
  platform: z.string(),
  /** What is installed, as `pip freeze` names it. */
  packages: z.record(z.string(), z.string()),
});

/** What Python a script runs on. */
export type PythonDescription = Readonly<z.output<typeof description>>;

/** A Python that is there. */
export interface Python {
  readonly interpreter: string;
  /** What a program that is run with it needs: PATH and the like. */
  readonly variables: Readonly<Record<string, string>>;
  readonly about: PythonDescription;
}

/** @throws StackError PROGRAM_NOT_FOUND, PROGRAM_FAILED */
export async function findPython(interpreter: string, scope: PythonScope): Promise<Python> {
  return { interpreter, variables: {}, about: await describe(interpreter, scope) };
}

/**
 * A virtual environment with what a requirements file pins. It is made once for each content and Python, however many ask for it at the
 * same time, and one that was not finished is made again.
 *
 * @throws StackError REQUIREMENTS_INVALID, PYTHON_ENVIRONMENT_FAILED, and what {@link findPython} throws
 */
export async function pythonEnvironment(
  requirements: string,
  interpreter: string,
  scope: PythonScope,
): Promise<Python> {
  const text = await readRequirements(requirements);
  const { version, implementation, platform } = await describe(interpreter, scope);
  const key = digestOf([implementation, version, platform, text].join("\n")).slice(
    "sha256:".length,
    "sha256:".length + 16,
  );
  const cache = join(scope.programs.cacheFolder, "python");
  const folder = join(cache, key);
  const finished = await readFinished(folder);
  if (finished !== undefined) return inEnvironment(folder, finished);
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const say = (message: string) => scope.programs.print(Buffer.from(`${message}\n`));
  const make = async () => {
    const meanwhile = await readFinished(folder);
    if (meanwhile !== undefined) return meanwhile;
    say(`making the Python environment of ${requirements} in ${folder}`);
    return makeEnvironment({ folder, requirements, interpreter }, scope);
  };
  const about = await withFolderLock(`${folder}.lock`, make, {
    signal: scope.signal,
    onWait: () => say(`waiting for the Python environment of ${requirements}, which another step or process makes`),
  });
  return inEnvironment(folder, about);
}

async function readRequirements(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new StackError("FILE_NOT_FOUND", `The requirements file ${path} cannot be read.`, {
      hint: 'Name it relative to the project folder, or by new URL("./requirements.txt", import.meta.url).',
      cause,
    });
  }
  checkPinned(text, path);
  return text;
}

/** Says that the environment is whole, and what is in it. */
const FINISHED = "modelstack.json";

async function readFinished(folder: string): Promise<PythonDescription | undefined> {
  const text = await readFile(join(folder, FINISHED), "utf8").catch(() => undefined);
  // The interpreter is a link: it leads nowhere once the Python that it was made with is gone.
  return text === undefined || !existsSync(pythonIn(folder).interpreter)
    ? undefined
    : description.parse(JSON.parse(text));
}

function inEnvironment(folder: string, about: PythonDescription): Python {
  const { interpreter, programs } = pythonIn(folder);
  const path = process.env["PATH"];
  const variables = { VIRTUAL_ENV: folder, PATH: [programs, ...(path === undefined ? [] : [path])].join(delimiter) };
  return { interpreter, variables, about };
}

interface Making {
  readonly folder: string;
  readonly requirements: string;
  readonly interpreter: string;
}

async function makeEnvironment(
  { folder, requirements, interpreter }: Making,
  scope: PythonScope,
): Promise<PythonDescription> {
  const run = (...argv: string[]) => install(argv, requirements, scope);
  const inside = pythonIn(folder).interpreter;
  await rm(folder, { recursive: true, force: true });
  try {
    if (await hasUv(scope)) {
      await run("uv", "venv", "--python", interpreter, folder);
      await run("uv", "pip", "install", "--python", inside, "--requirement", requirements);
    } else {
      await run(interpreter, "-m", "venv", folder);
      await run(inside, "-m", "pip", "install", "--no-input", "--progress-bar", "off", "--requirement", requirements);
    }
    const about = await describe(inside, scope);
    await writeFile(join(folder, `${FINISHED}.new`), JSON.stringify(about), { mode: 0o600 });
    await rename(join(folder, `${FINISHED}.new`), join(folder, FINISHED));
    return about;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

const DESCRIBE = `
import json, platform, sysconfig
from importlib.metadata import distributions
packages = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
print(json.dumps({"version": platform.python_version(), "implementation": platform.python_implementation(),
  "platform": sysconfig.get_platform(), "packages": dict(sorted(packages.items()))}))
`;

async function describe(interpreter: string, scope: PythonScope): Promise<PythonDescription> {
  const { exit, said, lastLines } = await quietly([interpreter, "-c", DESCRIBE], scope);
  if (exit === 0) return description.parse(JSON.parse(said));
  throw new StackError(
    "PROGRAM_FAILED",
    `${interpreter} is no Python that could be used:\n${lastLines.replaceAll(/^/gm, "  | ")}`,
    {
      hint: "Python 3.8 or newer is needed.",
    },
  );
}
