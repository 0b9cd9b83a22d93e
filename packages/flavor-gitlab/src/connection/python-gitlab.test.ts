import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { isStackError } from "@modelstack/core/stack";
import { afterAll, expect, it } from "vitest";
import { describeWithPython, pythonWith } from "../../../../tests/support/python.ts";
import { pythonIsMissing } from "../../../../tests/support/python-with.ts";
import { pythonGitLab } from "./python-gitlab.ts";

const clients = join(import.meta.dirname, "../../../../tests/support/gitlab-clients.txt");

interface Configuration {
  /** Of the default files: of the machine, and of its user. */
  readonly machine?: string;
  readonly user?: string;
  /** What PYTHON_GITLAB_CFG names. */
  readonly named?: string;
  readonly section?: string;
  readonly variables?: Record<string, string>;
}

const idiap = "[idiap]\nurl = https://gitlab.idiap.ch\nprivate_token = idiap-token\n";
const chosen = `[global]\ndefault = idiap\n${idiap}`;
const withGlobal = (lines: string) => `[global]\ndefault = idiap\n${lines}\n${idiap}`;
const withSection = (lines: string) => `${chosen}${lines}\n`;
const only = (lines: string) => `[global]\ndefault = a\n[a]\nurl = https://a\n${lines}\n`;

const configurations: Readonly<Record<string, Configuration>> = {
  "no file": {},
  "no file, a section": { section: "idiap" },
  "the user's": { user: chosen },
  "the machine's": { machine: chosen },
  "both, where the user's wins": { machine: chosen, user: "[idiap]\nurl = https://other\nprivate_token = b\n" },
  "both, with sections of either": { machine: idiap, user: "[global]\ndefault = idiap\n" },
  "a named one alone": { user: chosen, named: only("private_token = t") },
  "a named one that is not there": { user: chosen, variables: { PYTHON_GITLAB_CFG: "/absent/python-gitlab.cfg" } },
  "an empty name": { user: chosen, variables: { PYTHON_GITLAB_CFG: "" } },
  "a chosen section": { user: `${chosen}[b]\nurl = https://b\noauth_token = o\n`, section: "b" },
  "a section that is not there": { user: chosen, section: "absent" },
  "the section DEFAULT": { user: `[DEFAULT]\nurl = https://d\n${chosen}`, section: "DEFAULT" },
  "no default": { user: idiap },
  "a default that is not there": { user: "[global]\ndefault = absent\n" },
  "no url": { user: "[global]\ndefault = a\n[a]\nprivate_token = t\n" },
  "an empty file": { user: "" },
  "keys in any case, with a colon": {
    user: "[global]\nDefault: idiap\n[idiap]\nURL: https://a/\nPrivate_Token:  t  \n",
  },
  "sections in their case": { user: "[Global]\ndefault = idiap\n[idiap]\nurl = https://a\n" },
  "values of DEFAULT": {
    user: "[DEFAULT]\nprivate_token = d\ntimeout = 5\n[global]\ndefault = a\n[a]\nurl = https://a\n",
  },
  comments: { user: only("# private_token = no\n; timeout = 7\nprivate_token = t ; not a comment # nor this") },
  "values over lines": { user: only("private_token = one\n  two\n\n  three\ntimeout = 3") },
  "a comment within a value": { user: only("private_token = one\n # no\n  two") },
  "a deeper key": { user: "[global]\n  default = a\n[a]\n  url = https://a\n  private_token = t\n" },
  "what a value names": { user: only("host = b\nprivate_token = %(host)s-%(url)s-100%%") },
  "a value that names DEFAULT's": { user: `[DEFAULT]\nsecret = x\n${only("private_token = %(SECRET)s")}` },
  "a value that names nothing": { user: only("private_token = %(absent)s") },
  "a lone %": { user: only("private_token = 100%") },
  "values that name each other": { user: only("one = %(two)s\ntwo = %(one)s\nprivate_token = %(one)s") },
  "a lone % that nobody reads": { user: only("private_token = t\nother = 100%") },
  "a section twice": { user: `${idiap}${idiap}` },
  "a key twice": { user: only("private_token = t\nPRIVATE_TOKEN = u") },
  "a key twice in DEFAULT": { user: `[DEFAULT]\na = 1\n[DEFAULT]\na = 2\n${chosen}` },
  "no section": { user: `private_token = t\n${chosen}` },
  "a line without a key": { user: only("private_token = t\nnonsense") },
  "a line of a sign": { user: only("= t") },
  "windows' line ends": { user: chosen.replaceAll("\n", "\r\n") },
  "a section with brackets": { user: "[global]\ndefault = a]b\n[a]b]\nurl = https://a\n" },
  "text behind a section": { user: "[global] text\ndefault = a\n[a] ; text\nurl = https://a\n" },
  "no tokens": { user: only("") },
  "an empty token": { user: only("private_token =") },
  "an empty token and another": { user: only("private_token =\noauth_token = o") },
  "a job's token": { user: only("job_token = j") },
  "two tokens": { user: only("private_token = t\noauth_token = o") },
  "a job's token and another": { user: only("private_token = t\njob_token = j") },
  "ssl_verify of a word": { user: withGlobal("ssl_verify = off") },
  "ssl_verify of the section": { user: withGlobal("ssl_verify = no").replace(idiap, `${idiap}ssl_verify = YES\n`) },
  "ssl_verify of a path": { user: withSection("ssl_verify = /etc/ssl/own.pem") },
  "ssl_verify that is empty": { user: withSection("ssl_verify =") },
  timeout: { user: withGlobal("timeout = 10") },
  "timeout of the section": { user: withGlobal("timeout = 10").replace(idiap, `${idiap}timeout = +1_0\n`) },
  "timeout of a word": { user: withSection("timeout = soon") },
  "timeout of a word in global": { user: withGlobal("timeout = 1.5").replace(idiap, `${idiap}timeout = 3\n`) },
  "api_version 4": { user: withGlobal("api_version = 4") },
  "api_version 3": { user: withGlobal("api_version = 3") },
  "api_version of the section": { user: withGlobal("api_version = 3").replace(idiap, `${idiap}api_version = 4\n`) },
  per_page: { user: withSection("per_page = 100") },
  "per_page that is too large": { user: withSection("per_page = 101") },
  "a helper": { user: only("private_token = helper: echo ' from a helper '") },
  "a helper in capitals": { user: only("private_token = HELPER:echo t") },
  "a helper with variables": {
    user: only("private_token = helper: echo \"$SECRET\" ${SECRET} '$SECRET' $ABSENT a\\ b"),
    variables: { SECRET: "s e" },
  },
  "a helper at home": { user: only("private_token = helper: echo ~ ~/a '~' x~"), variables: { HOME: "/home/ada" } },
  "a helper with quotes in quotes": {
    user: only(`private_token = helper: echo "a \\"b\\" \\$c \\d" 'e "f"' g"h"'i' ""`),
  },
  "a helper that fails": { user: only("private_token = helper: false") },
  "a helper that is not there": { user: only("private_token = helper: /absent/helper") },
  "a helper with half a quote": { user: only("private_token = helper: echo 'a") },
  "a helper of nothing": { user: only("private_token = helper:") },
  "a helper for a job's token": { user: only("job_token = helper: echo j") },
};

using folder = mkdtempDisposableSync(join(tmpdir(), "modelstack-cfg-"));
afterAll(() => folder.remove());

const cases = Object.entries(configurations).map(([name, { machine, user, named, section, variables }], place) => {
  const at = join(folder.path, String(place));
  mkdirSync(at, { recursive: true });
  const written = (file: string, text: string | undefined) => {
    if (text !== undefined) writeFileSync(join(at, file), text);
    return join(at, file);
  };
  return {
    name,
    section: section ?? null,
    defaultFiles: [written("machine.cfg", machine), written("user.cfg", user)],
    environment: {
      PATH: process.env["PATH"] ?? "",
      HOME: homedir(),
      ...(named === undefined ? {} : { PYTHON_GITLAB_CFG: written("named.cfg", named) }),
      ...variables,
    },
  };
});

describeWithPython("a configuration of python-gitlab is read as python-gitlab 8.6.0 reads it", async () => {
  const outcomes: unknown[] = pythonIsMissing()
    ? []
    : (JSON.parse(
        execFileSync(await pythonWith(clients), [join(import.meta.dirname, "python-gitlab.py")], {
          input: JSON.stringify(cases),
          encoding: "utf8",
        }),
      ) as unknown[]);

  it.each(cases.map((one, place) => ({ ...one, expected: outcomes[place] })))("$name", async (one) => {
    const { section, environment, defaultFiles, expected } = one;
    const read = pythonGitLab(section ?? undefined, { environment, defaultFiles });

    expect(await ours(read)).toEqual(theirs(expected));
  });
});

/** What python-gitlab reads; how it calls its refusals is its own. */
function theirs(outcome: unknown): unknown {
  return typeof outcome === "object" && outcome !== null && "error" in outcome ? { error: "refused" } : outcome;
}

/** What we read, in the words of python-gitlab.py: the kinds of refusals differ. */
async function ours(read: ReturnType<typeof pythonGitLab>): Promise<unknown> {
  try {
    const section = await read;
    if (section === undefined)
      return { url: "https://gitlab.com", token: null, jobToken: null, sslVerify: true, timeout: 60, username: null };
    const { url, token = null, jobToken = null, sslVerify, timeout } = section;
    return { url: url.replace(/\/+$/, ""), token, jobToken, sslVerify, timeout, username: null };
  } catch (error) {
    if (isStackError(error) && error.code === "FLAVOR_CONFIG_INVALID") return { error: "refused" };
    throw error;
  }
}
