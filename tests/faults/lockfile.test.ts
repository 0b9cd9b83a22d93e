import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

const root = join(import.meta.dirname, "..", "..");
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));
const { packages } = read("package-lock.json") as { packages: Record<string, Entry> };
const installed = Object.entries(packages).filter(([path]) => path.includes("node_modules/"));

describe("package-lock.json", () => {
  it("J09 names no registry: whoever installs uses their own", () => {
    const addressed = installed.filter(([, { resolved = "", link }]) => link !== true && resolved !== "");
    expect(addressed.map(([path]) => path)).toEqual([]);
  });

  it("J09 has the digest of every package that is downloaded", () => {
    const without = installed.filter(
      ([, { integrity, link, inBundle }]) => link !== true && inBundle !== true && integrity === undefined,
    );
    expect(without.map(([path]) => path)).toEqual([]);
    expect(installed.length).toBeGreaterThan(100);
  });

  it("J09 has one package that may run a script when installed", () => {
    const { allowScripts } = read("package.json") as { allowScripts: object };
    expect(allowScripts).toEqual({ node: true, "onnxruntime-node": false });
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(scripted.map(([path]) => path)).toEqual(expect.arrayContaining(["node_modules/node"]));
  });
});
