import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { registerHooks } from "node:module";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isStackError, messageOf, StackError } from "../errors.ts";
import { pipelineCodeOf, type PipelineCode } from "../pipeline/pipeline.ts";

/** A pipeline found in a file, with the address under which another process finds it again. */
export interface FoundPipeline {
  readonly pipeline: PipelineCode;
  readonly entry: { readonly module: string; readonly export: string };
}

/**
 * Imports a file and finds its pipeline: the default export, or the only one, or the one named.
 *
 * @throws StackError FILE_NOT_FOUND; PIPELINE_FILE_INVALID with file and line; PIPELINE_NOT_FOUND listing what was found
 */
export async function findPipeline(path: string, projectFolder: string, exportName?: string): Promise<FoundPipeline> {
  const file = resolve(path);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new StackError("FILE_NOT_FOUND", `There is no file ${path}.`, {
      hint: "Name the file that exports your pipeline.",
    });
  }
  const exported = await importFile(file);
  const found = Object.entries(exported).flatMap(([name, value]) => {
    const pipeline = pipelineCodeOf(value);
    return pipeline === undefined ? [] : [{ name, pipeline }];
  });
  // `export default x` together with `export const x` is one pipeline under two names.
  const distinct = [...new Map(found.map((one) => [one.pipeline, one])).values()];
  const names = found.map(({ name }) => name);
  const chosen =
    exportName === undefined
      ? distinct.length === 1
        ? distinct[0]
        : undefined
      : found.find(({ name }) => name === exportName);
  if (chosen === undefined) throw notFound(path, Object.keys(exported), names, exportName);
  const name = exportName ?? (names.includes("default") ? "default" : chosen.name);
  return { pipeline: chosen.pipeline, entry: { module: moduleAddress(file, projectFolder), export: name } };
}

function moduleAddress(file: string, projectFolder: string): string {
  const path = relative(realpathSync(projectFolder), realpathSync(file));
  if (path.startsWith("..") || isAbsolute(path)) {
    throw new StackError("PIPELINE_FILE_INVALID", `${file} lies outside the project ${projectFolder}.`, {
      hint: "Run it from its own project, where its stack.yaml or package.json is.",
    });
  }
  return path.split(sep).join("/");
}

function notFound(path: string, exports: readonly string[], pipelines: readonly string[], wanted?: string): StackError {
  if (wanted !== undefined) {
    return new StackError("PIPELINE_NOT_FOUND", `${path} exports no pipeline called "${wanted}".`, {
      hint: `Its pipelines: ${pipelines.join(", ") || "none"}.`,
    });
  }
  if (pipelines.length > 0) {
    return new StackError(
      "PIPELINE_NOT_FOUND",
      `${path} exports ${pipelines.length} pipelines: ${pipelines.join(", ")}.`,
      {
        hint: `Choose one: --export ${pipelines[0]}`,
      },
    );
  }
  return new StackError(
    "PIPELINE_NOT_FOUND",
    `${path} exports no pipeline. It exports: ${exports.join(", ") || "nothing"}.`,
    {
      hint: "export default pipeline({ name: … }, () => { … });",
    },
  );
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  const problem: { source?: StackError } = {};
  const hooks = registerHooks({
    load(url, context, nextLoad) {
      // A package.json without "type": "module" (npm init writes "commonjs") would have TypeScript read as CommonJS.
      if (!/^file:.*\.m?ts$/.test(url) || url.includes("/node_modules/")) return nextLoad(url, context);
      try {
        return nextLoad(url, { ...context, format: "module-typescript" });
      } catch (error) {
        problem.source ??= syntaxError(error, url);
        throw error;
      }
    },
  });
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw problem.source ?? importError(error, file);
  } finally {
    hooks.deregister();
  }
}

function importError(error: unknown, file: string): StackError {
  if (isStackError(error)) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ERR_MODULE_NOT_FOUND" || code === "ERR_UNSUPPORTED_DIR_IMPORT")
    return moduleNotFound(error as Error, file);
  if (error instanceof SyntaxError) return syntaxError(error, pathToFileURL(file).href);
  const at = /(file:\/\/[^\s()]+|\/[^\s()]+\.m?[tj]s):(\d+):(\d+)/.exec((error as Error).stack ?? "");
  return new StackError("PIPELINE_FILE_INVALID", `${file} failed while it was imported: ${messageOf(error)}`, {
    location: at === null ? { file } : locate(at[1]!, Number(at[2]), Number(at[3])),
    cause: error,
  });
}

function moduleNotFound(error: Error, file: string): StackError {
  const [, what = "a module", from] =
    /Cannot find (?:module|package) '([^']+)' imported from ([^\s]+)/.exec(error.message) ?? [];
  const importer = from ?? file;
  const sibling = what.startsWith("/") && (existsSync(`${what}.ts`) || existsSync(what.replace(/\.js$/, ".ts")));
  const hint = sibling
    ? "Write the extension: imports end in .ts. Or start with a loader that adds it: node --import tsx."
    : what.startsWith("@/") || what.startsWith("~") || what.startsWith("#")
      ? "Path aliases of tsconfig.json are not known to Node: write a relative path, or start with --import tsx."
      : "Is it installed, and is its name right?";
  return new StackError("PIPELINE_FILE_INVALID", `${importer} imports ${what}, which cannot be found.`, {
    location: { file: importer },
    hint,
    cause: error,
  });
}

function syntaxError(error: unknown, url: string): StackError {
  const stack = (error as Error).stack ?? "";
  // Node puts `file:line` first and then the quoted line, for TypeScript and JavaScript alike.
  const at = /^(?:file:\/\/)?(\/.+?):(\d+)(?::(\d+))?\n/m.exec(stack);
  const message =
    messageOf(error)
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? "syntax error";
  const unsupported = (error as NodeJS.ErrnoException).code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX";
  return new StackError("PIPELINE_FILE_INVALID", message, {
    location:
      at === null ? locate(url) : locate(at[1]!, Number(at[2]), at[3] === undefined ? undefined : Number(at[3])),
    hint: unsupported
      ? "Types are stripped, not compiled: enums, namespaces and parameter properties are not supported. Use a union or a const object, or start with --import tsx."
      : "Mend the syntax at this place.",
    cause: error,
  });
}

function locate(place: string, line?: number, column?: number) {
  const file = place.startsWith("file:") ? fileURLToPath(place) : place;
  if (line === undefined) return { file };
  let text: string | undefined;
  try {
    text = readFileSync(file, "utf8").split(/\r?\n/)[line - 1];
  } catch {
    text = undefined;
  }
  return { file, line, ...(column === undefined ? {} : { column }), ...(text === undefined ? {} : { text }) };
}
