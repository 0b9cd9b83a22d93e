import { basename, resolve, sep } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isStackError, type StackError } from "./errors.ts";
import { checkFileName, checkRelativePath, safeJoin } from "./safe-path.ts";

const root = resolve("/srv/artifacts");

function refused(act: () => unknown): StackError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!isStackError(error)) throw error;
    return error;
  }
}

describe("safeJoin", () => {
  it.each(["model.json", "a/b/c.txt", "..hidden", "a/...", "100%", "a%20b", "né e", "-x"])("joins %j", (path) => {
    expect(safeJoin(root, path)).toBe(resolve(root, path));
  });

  it.each([
    "",
    ".",
    "..",
    "../x",
    "a/../../x",
    "a/../b",
    "/etc/passwd",
    "//etc",
    "C:\\x",
    "C:x",
    "a\\..\\..\\x",
    "a//b",
    "a/",
    "./a",
    "a\0b",
    "a/\n",
  ])("E01 refuses %j and says how to write it", (path) => {
    const error = refused(() => safeJoin(root, path));
    expect(error).toMatchObject({ code: "NAME_INVALID", hint: expect.stringContaining("forward slashes") });
  });

  it.each(["%2e%2e%2fx", "..%5cx", "a/..;/x", "..;", "a%00b", "//proc/self/root", "%2E%2E/x", "a%2Fb"])(
    "E02 refuses %j, which another program may read as something else",
    (path) => {
      expect(refused(() => safeJoin(root, path))).toMatchObject({ code: "NAME_INVALID" });
    },
  );

  it.each([
    ["a name of more than 255 bytes", `a/${"é".repeat(128)}`, "a name in it has 256 bytes, at most 255 are allowed"],
    ["a path of more than 4096 bytes", `${"a".repeat(99)}/`.repeat(41) + "a", "it has 4101 bytes, at most 1000"],
    ["500 folders in each other", `${"a/".repeat(499)}a`, "it is 500 levels deep, at most 100 are allowed"],
  ])("E09 refuses %s and says the limit", (_what, path, message) => {
    expect(refused(() => safeJoin(root, path))).toMatchObject({
      code: "NAME_INVALID",
      message: expect.stringContaining(message),
    });
  });

  it("E03 stays inside its folder, not in one whose name begins like it, or refuses, whatever the path", () => {
    const segment = fc.constantFrom(
      "..",
      `${basename(root)}-evil`,
      ".",
      "",
      "a",
      "b c",
      "\\",
      "C:",
      "%2e%2e",
      "~",
      "\0",
      "...",
      "é",
    );
    const paths = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(segment, { maxLength: 8 }).map((parts) => parts.join("/")),
      fc.array(segment, { maxLength: 8 }).map((parts) => `/${parts.join("\\")}`),
    );
    fc.assert(
      fc.property(paths, (path) => {
        let joined: string | undefined;
        if (refused(() => (joined = safeJoin(root, path))) !== undefined) return;
        expect(resolve(joined!).startsWith(root + sep)).toBe(true);
        expect(checkRelativePath(path)).toBe(path);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("checkFileName", () => {
  it.each(["forest.json", ".env", "with space", "…"])("takes %j", (name) => {
    expect(checkFileName(name)).toBe(name);
  });

  it.each(["", ".", "..", "a/b", "a\\b", "a\nb", "x".repeat(201), "é".repeat(101), "..%2fx"])(
    "refuses %j and says what to use",
    (name) => {
      expect(refused(() => checkFileName(name))).toMatchObject({
        code: "NAME_INVALID",
        hint: expect.stringContaining("folder()"),
      });
    },
  );
});
