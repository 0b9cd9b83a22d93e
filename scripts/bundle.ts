// Writes the JavaScript of every package: few files instead of a hundred, with the packages it needs inside, which makes the command start
// in a third of the time. What must exist once in a process (zod, core) stays outside. The types beside it come from tsc.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { rolldown } from "rolldown";

const packages = join(import.meta.dirname, "..", "packages");
// string-width is loaded on demand, by require; undici is CommonJS, and has parts of its own that are.
const once = /^(zod|string-width|undici|vitest|fast-check|modelstack|@modelstack\/[^/]+)(\/|$)/;

interface Manifest {
  readonly private?: boolean;
  readonly exports: Record<string, string | { readonly "@modelstack/source": string }>;
  readonly bin?: object;
}

for (const name of readdirSync(packages)) {
  const folder = join(packages, name);
  const dist = join(folder, "dist");
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  // Of use only to tests, which run its source.
  if (manifest.private === true) continue;
  const { exports, bin } = manifest;
  const sources = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : [target["@modelstack/source"]],
  );
  if (bin !== undefined) sources.push("./src/bin.ts");
  const bundle = await rolldown({
    // `src/testing/index.ts` becomes `dist/testing/index.js`, where package.json says it is.
    input: Object.fromEntries(sources.map((source) => [source.replace(/^\.\/src\/|\.ts$/g, ""), join(folder, source)])),
    // Not "node": to that condition yaml gives CommonJS, whose names cannot be imported.
    platform: "neutral",
    resolve: { conditionNames: ["import", "default"], mainFields: ["module", "main"] },
    external: (id) => isBuiltin(id) || once.test(id),
    logLevel: "warn",
  });
  const { output } = await bundle.write({
    dir: dist,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: false } },
  });
  removeStale(join(dist, "chunks"), new Set(output.map(({ fileName }) => fileName)));
  writeFileSync(
    join(dist, "LICENSES"),
    licences(output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []))),
  );
}

// For editors: the schema of a stack.yaml that uses the built-in flavors.
const cli = join(packages, "cli");
const schema = execFileSync(process.execPath, [join(cli, "bin", "stack.js"), "schema"], { cwd: join(cli, "dist") });
writeFileSync(join(cli, "dist", "stack.schema.json"), schema);

/** Chunks of earlier builds. The new ones are there already: a command that is running meanwhile finds what it needs. */
function removeStale(chunks: string, current: ReadonlySet<string>): void {
  if (!existsSync(chunks)) return;
  for (const file of readdirSync(chunks)) if (!current.has(`chunks/${file}`)) rmSync(join(chunks, file));
}

/** The licences of the packages whose code is inside. */
function licences(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
        string,
        string
      >;
      const file = readdirSync(folder).find((candidate) => /^licen[cs]e/i.test(candidate));
      return `${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(join(folder, file), "utf8")}`;
    })
    .join("\n\n");
}
