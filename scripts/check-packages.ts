// Checks every package as npm would publish it: what is in the tarball, and whether its entry points resolve with their types.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const unwanted = /\.test\.|\.fixture\.|\.tsbuildinfo$|\.map$|(^|\/)\.env|\.db$/;

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

for (const name of readdirSync(join(root, "packages"))) {
  const folder = join(root, "packages", name);
  const { private: unpublished } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    private?: boolean;
  };
  if (unpublished === true) continue;
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const [packed] = JSON.parse(run("npm", "pack", "--dry-run", "--json", "--ignore-scripts")) as Packed[];
  const bad = packed!.files.filter(({ path }) => unwanted.test(path));
  if (bad.length > 0) throw new Error(`packages/${name} would publish ${bad.map(({ path }) => path).join(", ")}`);
  if (!packed!.files.some(({ path }) => path.startsWith("dist/")))
    throw new Error(`packages/${name} would publish no dist: run npm run build`);
  run(bin("publint"), "--strict");
  run(bin("attw"), "--pack", ".", "--profile", "esm-only");
  console.log(`packages/${name}: ${packed!.files.length} files, entry points and types resolve`);
}
