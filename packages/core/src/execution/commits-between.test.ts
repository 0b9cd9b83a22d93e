import { execFileSync } from "node:child_process";
import { mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { commitsBetween } from "./commits-between.ts";

/** A repository of a temporary folder. */
function repository() {
  const folder = mkdtempDisposableSync(join(tmpdir(), "modelstack-git-"));
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
      cwd: folder.path,
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
  git("init", "--quiet", "--initial-branch", "main");
  const commit = (message: string) => {
    git("commit", "--quiet", "--allow-empty", "--message", message);
    return git("rev-parse", "HEAD");
  };
  return { ...folder, git, commit, [Symbol.dispose]: () => folder.remove() };
}

const subjects = async (folder: string, from: string, to: string) => {
  const between = await commitsBetween(folder, from, to);
  return between.known
    ? { added: between.added.map(({ subject }) => subject), removed: between.removed.map(({ subject }) => subject) }
    : between;
};

it("lists the commits that the second has and the first has not, newest first", async () => {
  using at = repository();
  const [first, second, third] = [at.commit("One"), at.commit('Two | "two" Größe\n\nmore'), at.commit("Three")];

  expect(await subjects(at.path, first, third)).toEqual({ added: ["Three", 'Two | "two" Größe'], removed: [] });
  expect(await subjects(at.path, third, second)).toEqual({ added: [], removed: ["Three"] });
  expect(await subjects(at.path, second, second)).toEqual({ added: [], removed: [] });
  expect(await commitsBetween(at.path, second, third)).toMatchObject({
    added: [{ commit: third, author: "Ada", at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) }],
  });
});

it("lists both sides of branches that parted", async () => {
  using at = repository();
  at.commit("One");
  at.git("checkout", "--quiet", "-b", "side");
  const side = at.commit("Side");
  at.git("checkout", "--quiet", "main");
  const main = at.commit("Main");

  expect(await subjects(at.path, main, side)).toEqual({ added: ["Side"], removed: ["Main"] });
});

it("says why it does not know", async () => {
  using at = repository();
  using empty = mkdtempDisposableSync(join(tmpdir(), "modelstack-none-"));
  const here = at.commit("One");
  const elsewhere = "0123456789".repeat(4);
  const why = (text: string) => ({ known: false, why: text });

  expect(await commitsBetween(at.path, here, undefined)).toEqual(why("the commit of the second is not known"));
  expect(await commitsBetween(at.path, undefined, here)).toEqual(why("the commit of the first is not known"));
  expect(await commitsBetween(at.path, "", undefined)).toEqual(why("the commit of either is not known"));
  expect(await commitsBetween(at.path, here, elsewhere)).toEqual(
    why("the commit 012345678901 is not in this repository: git fetch"),
  );
  expect(await commitsBetween(empty.path, here, elsewhere)).toEqual(why("there is no git repository here"));
});

it("passes nothing on to git that is no commit", async () => {
  using at = repository();
  const here = at.commit("One");

  expect(await commitsBetween(at.path, here, "--output=x")).toMatchObject({ known: false });
  expect(await commitsBetween(at.path, "HEAD", here)).toMatchObject({ known: false });
});
