import { execFile } from "node:child_process";
import { readFile, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf, StackError } from "@modelstack/core/stack";
import { Ini } from "./ini.ts";
import { shellWords } from "./shell-words.ts";

// The rules are those of python-gitlab 8.6.0, gitlab/config.py: which files, which section, what they may say.
// https://python-gitlab.readthedocs.io/en/stable/cli-usage.html#configuration-files

type Environment = Readonly<Record<string, string | undefined>>;

/** What a section of python-gitlab's configuration says. */
export interface PythonGitLabSection {
  readonly section: string;
  /** As it is written. */
  readonly url: string;
  readonly token: string | undefined;
  /** A job's token, which does for files of packages alone. */
  readonly jobToken: string | undefined;
  /** Whether certificates are checked, or a file with the authorities to trust. */
  readonly sslVerify: boolean | string;
  /** In seconds. */
  readonly timeout: number;
  /** Which files say it. */
  readonly files: readonly string[];
}

export interface Where {
  readonly environment: Environment;
  /** The default files. They are parameters for tests. */
  readonly defaultFiles?: readonly string[];
}

const TIMEOUT = 60;
const HELPER = "helper:";
const TRUE = /^(1|yes|true|on)$/i;
const FALSE = /^(0|no|false|off)$/i;

/**
 * Reads python-gitlab's configuration. Nothing, if there is none and no section was asked for.
 *
 * @param wanted - a section; without one that which `default` in [global] names
 * @throws StackError FLAVOR_CONFIG_INVALID
 */
export async function pythonGitLab(wanted: string | undefined, where: Where): Promise<PythonGitLabSection | undefined> {
  const files = await configFiles(where);
  if (files.length === 0) {
    if (wanted === undefined) return undefined;
    throw invalid(`The section ${wanted} of python-gitlab's configuration was asked for, and there is no such file`);
  }
  const ini = new Ini();
  for (const file of files) ini.read(file, await readFile(file, "utf8"));
  const section = chosen(ini, wanted, files);
  const url = tolerant(() => ini.get(section, "url"));
  if (url === undefined) throw invalid(`${files.at(-1)!} has no url in the section ${section}`);
  return {
    section,
    url,
    files,
    sslVerify: sslVerify(ini, section),
    timeout: wholeNumber(ini, section, "timeout") ?? TIMEOUT,
    ...(await tokens(ini, section, where.environment)),
    ...checkRest(ini, section),
  };
}

/** The files that there are: that of PYTHON_GITLAB_CFG, which must be there, or both of the defaults. */
async function configFiles({ environment, defaultFiles }: Where): Promise<string[]> {
  const named = environment["PYTHON_GITLAB_CFG"];
  if (named !== undefined) {
    try {
      return [await realpath(named)];
    } catch (cause) {
      throw invalid(`PYTHON_GITLAB_CFG names ${named}, which cannot be read: ${messageOf(cause)}`, cause);
    }
  }
  const files = defaultFiles ?? ["/etc/python-gitlab.cfg", join(homedir(), ".python-gitlab.cfg")];
  const found = await Promise.all(files.map((file) => realpath(file).catch(() => undefined)));
  return found.filter((file) => file !== undefined);
}

function chosen(ini: Ini, wanted: string | undefined, files: readonly string[]): string {
  if (wanted === undefined) {
    const named = tolerant(() => ini.get("global", "default"));
    if (named !== undefined) return named;
    throw invalid(`${files.at(-1)!} does not say which section to use: it has no default in [global]`);
  }
  if (ini.has(wanted)) return wanted;
  throw invalid(`There is no section ${wanted} in ${files.join(" and ")}`);
}

/** Of the section, or of [global]. */
function setting(ini: Ini, section: string, key: string): string | undefined {
  const general = ini.get("global", key);
  return ini.get(section, key) ?? general;
}

function sslVerify(ini: Ini, section: string): boolean | string {
  const value = setting(ini, section, "ssl_verify") ?? "true";
  return TRUE.test(value) ? true : FALSE.test(value) ? false : value;
}

/** As Python reads one: `_` may stand between digits, signs before them. */
function wholeNumber(ini: Ini, section: string, key: string): number | undefined {
  const read = [ini.get("global", key), ini.get(section, key)].map((value) => {
    if (value === undefined) return undefined;
    if (/^[+-]?\d+(_\d+)*$/.test(value.trim())) return Number(value.replaceAll("_", ""));
    throw invalid(`${key} of python-gitlab's configuration is no whole number`);
  });
  return read[1] ?? read[0];
}

async function tokens(ini: Ini, section: string, environment: Environment) {
  const of = async (key: string) => withHelper(ini.get(section, key), key, section, environment);
  const [job, personal, oauth] = [await of("job_token"), await of("private_token"), await of("oauth_token")];
  const given = [job, personal, oauth].filter((token) => token !== undefined && token !== "");
  if (given.length > 1)
    throw invalid(`The section ${section} has more than one of private_token, oauth_token and job_token`);
  const user = ini.get(section, "http_username");
  if (user !== undefined && user !== "") {
    throw invalid(
      `The section ${section} has http_username, and GitLab's experiments and models take no user and password`,
      undefined,
      "Make an access token with the scope api, and write it there as private_token.",
    );
  }
  return { token: personal || oauth || undefined, jobToken: job || undefined };
}

/** A value, or what the program says that it names: run without a shell, and its output without white space around it. */
async function withHelper(
  value: string | undefined,
  key: string,
  section: string,
  environment: Environment,
): Promise<string | undefined> {
  if (value === undefined || !value.toLowerCase().trim().startsWith(HELPER)) return value;
  const [program, ...words] = shellWords(value.slice(HELPER.length).trim(), environment);
  const failed = (why: string, cause?: unknown) =>
    invalid(`The helper for ${key} in the section ${section} of python-gitlab's configuration ${why}`, cause);
  if (program === undefined) throw failed("names no program");
  try {
    const { stdout } = await promisify(execFile)(program, words, { env: { ...environment }, encoding: "utf8" });
    return stdout.trim();
  } catch (cause) {
    const { stderr = "", code } = cause as { stderr?: string; code?: unknown };
    if (code === "ENOENT") throw failed(`names ${program}, which is not there`, cause);
    // What it printed goes to no cause: it may be a token.
    throw failed(`failed: ${stderr.trim() || `exit code ${String(code)}`}`);
  }
}

/** What python-gitlab refuses, though nothing of it is needed here. */
function checkRest(ini: Ini, section: string): object {
  const version = setting(ini, section, "api_version") ?? "4";
  if (version !== "4") throw invalid(`python-gitlab's configuration asks for the API ${version}; there is 4`);
  const perPage = wholeNumber(ini, section, "per_page");
  if (perPage !== undefined && (perPage < 0 || perPage > 100))
    throw invalid(`per_page of python-gitlab's configuration is ${perPage}, and may be 0 to 100`);
  return {};
}

/** python-gitlab takes a value that cannot be read for one that is not there. */
function tolerant<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function invalid(what: string, cause?: unknown, hint?: string): StackError {
  return new StackError("FLAVOR_CONFIG_INVALID", `${what}.`, {
    hint:
      hint ??
      "PYTHON_GITLAB_CFG, or ~/.python-gitlab.cfg, has [global] with default = NAME, and [NAME] with url and private_token. section: in stack.yaml names another.",
    ...(cause === undefined ? {} : { cause }),
  });
}
