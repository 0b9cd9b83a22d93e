import { expect, it } from "vitest";
import { refuseSecondCopy } from "./only-once.ts";

it("refuses a second copy of core and names both places", () => {
  // Whatever was loaded in this process first counts; the key is the one that every copy looks at.
  const key = Symbol.for("@modelstack/core/loaded-from");
  const process = globalThis as { [key]?: string };
  const before = process[key];
  try {
    process[key] = "file:///a/index.js";
    refuseSecondCopy("file:///a/index.js");
    expect(() => refuseSecondCopy("file:///b/index.js")).toThrow(
      expect.objectContaining({
        code: "CORE_LOADED_TWICE",
        message: "Two copies of @modelstack/core are loaded: file:///a/index.js and file:///b/index.js.",
        hint: expect.stringContaining("npm ls @modelstack/core"),
      }),
    );
  } finally {
    if (before === undefined) delete process[key];
    else process[key] = before;
  }
});
