import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { temporaryFolder } from "./kept.ts";

const root = join(import.meta.dirname, "..", "..");

/** The environment of somebody who has Node 24 and nothing of this workspace. */
export const userEnvironment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|VITEST|STACK_)/.test(name)),
  ),
  PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
  NO_COLOR: "1",
};

/** Runs a program in a folder and returns what it printed to stdout. */
export function runIn(folder: string, command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    env: userEnvironment,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** A project outside the workspace, made by `npm init -y`, with the packages installed as npm would publish them. */
export function packedProject(): { readonly folder: string } & Disposable {
  const base = temporaryFolder("modelstack-user");
  const folder = join(base.path, "project");
  execFileSync("mkdir", [folder]);
  const tarballs = readdirSync(join(root, "packages")).map((name) => {
    const [packed] = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
        cwd: join(root, "packages", name),
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      }),
    ) as { filename: string }[];
    return `./${packed!.filename}`;
  });
  runIn(folder, "npm", "init", "-y");
  runIn(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs);
  return { folder, [Symbol.dispose]: () => base[Symbol.dispose]() };
}
