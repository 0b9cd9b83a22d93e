import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "./kept.ts";

const root = join(import.meta.dirname, "..", "..");

interface Packed {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly integrity: string;
  readonly shasum: string;
}

/** A registry that has this workspace's packages as npm would publish them, and sends to the usual one for all others. */
export async function localRegistry(): Promise<{ readonly url: string } & AsyncDisposable> {
  const folder = temporaryFolder("modelstack-registry");
  const published = new Map(readdirSync(join(root, "packages")).map((name) => pack(name, folder.path)));
  const elsewhere = execFileSync("npm", ["config", "get", "registry"], { cwd: root, encoding: "utf8" }).trim();
  const server = createServer(({ url = "/" }, response) => {
    const path = decodeURIComponent(url.slice(1));
    const answer = published.get(path);
    if (answer !== undefined)
      response.setHeader("content-type", "application/json").end(JSON.stringify(answer(address())));
    else if (path.endsWith(".tgz") && path.startsWith("packed/"))
      response.end(readFileSync(join(folder.path, path.slice("packed/".length))));
    else response.writeHead(307, { location: new URL(url.slice(1), elsewhere).href }).end();
  });
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: address(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      folder[Symbol.dispose]();
    },
  };
}

/** Packs a package, and returns its name with what the registry says of it. */
function pack(name: string, to: string): [name: string, document: (registry: string) => object] {
  const from = join(root, "packages", name);
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", to];
  const [packed] = JSON.parse(
    execFileSync("npm", args, { cwd: from, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
  ) as Packed[];
  const { version, filename, integrity, shasum } = packed!;
  const manifest = JSON.parse(readFileSync(join(from, "package.json"), "utf8")) as object;
  return [
    packed!.name,
    (registry) => ({
      name: packed!.name,
      "dist-tags": { latest: version },
      versions: {
        [version]: { ...manifest, dist: { tarball: `${registry}packed/${filename}`, integrity, shasum } },
      },
    }),
  ];
}
