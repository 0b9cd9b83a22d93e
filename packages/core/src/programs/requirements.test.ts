import { describe, expect, it } from "vitest";
import { checkPinned } from "./requirements.ts";

describe("checkPinned", () => {
  it.each([
    "",
    "# nothing but a comment",
    "numpy==2.3.5",
    "numpy == 2.3.5  # fast",
    "scikit_learn[alldeps,tests]==1.9.1",
    'numpy==1.26.4; python_version < "3.12"',
    "numpy===2.3.5.local+1",
    "numpy==2.3.5 --hash=sha256:ab --hash=sha256:cd",
    "numpy==2.3.5 \\\r\n    --hash=sha256:ab \\\r\n    --hash=sha256:cd\r\nonnx==1.0",
    "\uFEFF--index-url https://example.org/simple\n--require-hashes",
    "own @ https://example.org/own-1.0-py3-none-any.whl#sha256=0123abcd",
    "own @ git+https://example.org/own.git@0123456789abcdef0123456789abcdef01234567",
  ])("takes %j", (text) => {
    expect(() => checkPinned(text, "requirements.txt")).not.toThrow();
  });

  it.each([
    ["numpy", 1, '"numpy" is not pinned'],
    ["# first\n\nnumpy>=2\n", 3, '"numpy>=2" is not pinned'],
    ["numpy==2.*", 1, '"numpy==2.*" is not pinned'],
    ["numpy==2.1,!=2.2", 1, '"numpy==2.1,!=2.2" is not pinned'],
    ["numpy==2.3.5\npandas~=2.0 # soon", 2, '"pandas~=2.0" is not pinned'],
    ["numpy==1 \\\n  --hash=sha256:ab\nx \\\n --hash=sha256:cd", 3, '"x" is not pinned'],
    ["own @ git+https://example.org/own.git@main", 1, "is not pinned"],
    ["own @ https://example.org/own.whl", 1, "is not pinned"],
    ["./own", 1, '"./own" is not pinned'],
    ["-r other.txt", 1, 'the option "-r other.txt" cannot be used here.'],
    ["-e .", 1, 'the option "-e ." cannot be used here.'],
    ["--constraint=other.txt", 1, "cannot be used here"],
  ])("refuses %j at its line", (text, line, message) => {
    expect(() => checkPinned(text, "requirements.txt")).toThrow(
      expect.objectContaining({
        code: "REQUIREMENTS_INVALID",
        message: expect.stringMatching(new RegExp(`^requirements\\.txt:${line}: `)),
      }),
    );
    expect(() => checkPinned(text, "requirements.txt")).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message),
      }),
    );
  });
});
