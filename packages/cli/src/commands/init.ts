import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { messageOf, quote, StackError } from "@modelstack/core";
import { print, type CommonFlags, type Context } from "../context.ts";
import { filesOf, type TemplateFile } from "../init/template.ts";

export interface Flags extends CommonFlags {
  readonly template: "ts-penguins";
  readonly dryRun: boolean;
}

/** Writes a project that runs, and says how to go on. Nothing that is there already is changed. */
export default async function init(this: Context, flags: Flags, wanted = "."): Promise<void> {
  const folder = resolve(this.io.cwd(), wanted);
  const files = await filesOf(flags.template, folder);
  const missing = await missingOf(folder, files);
  if (!flags.dryRun) await write(folder, missing);
  const commands = commandsFor(relative(this.io.cwd(), folder));
  const made = { folder, template: flags.template, files: missing.map(({ path }) => path), commands };
  print(this, flags, flags.dryRun ? { ...made, dryRun: true } : made, () => text(made, flags.dryRun));
}

function commandsFor(folder: string): string[] {
  const install = "npm install";
  return [
    folder === "" ? install : `cd ${quote(folder)} && ${install}`,
    "npx modelstack run pipeline.ts",
    "npx node predict.ts",
  ];
}

/**
 * The files that are not there yet.
 *
 * @throws StackError FILE_EXISTS naming those that are there with other content, and would have to be overwritten
 */
async function missingOf(folder: string, files: readonly TemplateFile[]): Promise<TemplateFile[]> {
  const present = await Promise.all(files.map(({ path }) => contentOf(join(folder, path))));
  const others = files.filter(({ content }, i) => present[i] !== undefined && present[i] !== content);
  if (others.length > 0) {
    throw new StackError("FILE_EXISTS", `${folder} has ${others.map(({ path }) => path).join(", ")} already.`, {
      hint: "Nothing was written. Name an empty folder, or one that is not there yet: stack init penguins",
    });
  }
  return files.filter((_, i) => present[i] === undefined);
}

/** `undefined` when there is nothing; of a folder, something that no file has. */
async function contentOf(path: string): Promise<string | null | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : null;
  }
}

async function write(folder: string, files: readonly TemplateFile[]): Promise<void> {
  try {
    for (const { path, content } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content, { flag: "wx" });
    }
  } catch (cause) {
    throw new StackError("FILE_UNWRITABLE", `${folder} cannot be written: ${messageOf(cause)}.`, {
      hint: "Name a folder that you may write.",
      cause,
    });
  }
}

interface Made {
  readonly folder: string;
  readonly files: readonly string[];
  readonly commands: readonly string[];
}

function text({ folder, files, commands }: Made, dryRun: boolean): string {
  const what = files.length === 0 ? "nothing: all files are there" : files.join(", ");
  return [
    `${dryRun ? "would write" : "wrote"} to ${folder}: ${what}`,
    "",
    "Go on with:",
    "",
    ...commands.map((command) => `  ${command}`),
    "",
    "npm install fetches modelstack, zod, TypeScript and Node 24 from the npm",
    "registry. All else works without a network.",
  ].join("\n");
}
