import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempDisposableSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commitPage, readSourceState } from "./source-control.ts";

/** A git repository in a temporary folder, with one commit of `train.ts`. */
function repository({ commit = true } = {}) {
  const root = mkdtempDisposableSync(join(realpathSync(tmpdir()), "source-"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", root.path, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
  git("init", "--quiet", "--initial-branch=main");
  const write = (name: string, content: string) => writeFileSync(join(root.path, name), content);
  write("train.ts", "one");
  if (commit) {
    git("add", ".");
    git("commit", "--quiet", "--message=First");
  }
  return { path: root.path, git, write, [Symbol.dispose]: () => root.remove() };
}

const sha = "0123456789abcdef0123456789abcdef01234567";

describe("readSourceState", () => {
  it("gives the commit of a clean repository", async () => {
    using repo = repository();
    expect(await readSourceState(repo.path)).toEqual({
      commit: repo.git("rev-parse", "HEAD"),
      dirty: false,
      folder: "",
    });
  });

  it.each([
    ["a file was changed", "train.ts"],
    ["there is a file that git does not know", "new.ts"],
  ])("is dirty when %s", async (_what, name) => {
    using repo = repository();
    repo.write(name, "two");
    expect((await readSourceState(repo.path))?.dirty).toBe(true);
  });

  it("is dirty with an unknown file even where git is told not to show them", async () => {
    using repo = repository();
    repo.git("config", "status.showUntrackedFiles", "no");
    repo.write("new.ts", "two");
    expect((await readSourceState(repo.path))?.dirty).toBe(true);
  });

  it("is dirty when a change is staged or a file was removed", async () => {
    using staged = repository();
    staged.write("train.ts", "two");
    staged.git("add", ".");
    expect((await readSourceState(staged.path))?.dirty).toBe(true);
    using removed = repository();
    removed.git("rm", "--quiet", "train.ts");
    expect((await readSourceState(removed.path))?.dirty).toBe(true);
  });

  it("is clean with files that are ignored", async () => {
    using repo = repository();
    mkdirSync(join(repo.path, ".stack"));
    writeFileSync(join(repo.path, ".stack/.gitignore"), "*");
    writeFileSync(join(repo.path, ".stack/stack.db"), "x");
    expect((await readSourceState(repo.path))?.dirty).toBe(false);
  });

  it("is undefined without a repository, without a commit and without a folder", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "no-repository-"));
    using empty = repository({ commit: false });
    expect(await readSourceState(folder.path)).toBeUndefined();
    expect(await readSourceState(empty.path)).toBeUndefined();
    expect(await readSourceState(join(folder.path, "gone"))).toBeUndefined();
  });

  it("looks at the whole repository from a folder inside it", async () => {
    using repo = repository();
    mkdirSync(join(repo.path, "packages/x"), { recursive: true });
    repo.write("train.ts", "two");
    expect(await readSourceState(join(repo.path, "packages/x"))).toMatchObject({ dirty: true, folder: "" });
  });

  it("names the working folder inside the repository", async () => {
    using repo = repository();
    mkdirSync(join(repo.path, "packages/x"), { recursive: true });
    const before = process.cwd();
    process.chdir(join(repo.path, "packages/x"));
    try {
      expect((await readSourceState(repo.path))?.folder).toBe("packages/x");
    } finally {
      process.chdir(before);
    }
  });

  it("J01 gives the remote and the commit's page without user and password", async () => {
    using repo = repository();
    repo.git("remote", "add", "origin", "https://oauth2:glpat-p@ss@gitlab.example.org/group/project.git");
    const commit = repo.git("rev-parse", "HEAD");
    expect(await readSourceState(repo.path)).toMatchObject({
      remote: "https://gitlab.example.org/group/project.git",
      commitUrl: `https://gitlab.example.org/group/project/-/commit/${commit}`,
    });
  });

  it("has no page when the remote is a folder", async () => {
    using repo = repository();
    repo.git("remote", "add", "origin", "/srv/git/project.git");
    const state = await readSourceState(repo.path);
    expect(state).toMatchObject({ remote: "/srv/git/project.git" });
    expect(state).not.toHaveProperty("commitUrl");
  });

  it("does not write to the repository", async () => {
    using repo = repository();
    const index = () => statSync(join(repo.path, ".git/index"), { bigint: true }).mtimeNs;
    // A file that looks changed makes an ordinary `git status` refresh the index.
    repo.write("train.ts", "one");
    const before = index();
    await readSourceState(repo.path);
    expect(index()).toBe(before);
  });
});

describe("commitPage", () => {
  it.each([
    ["https://gitlab.com/group/sub/project.git", `https://gitlab.com/group/sub/project/-/commit/${sha}`],
    ["https://gitlab.example.org:8443/group/project/", `https://gitlab.example.org:8443/group/project/-/commit/${sha}`],
    ["git@gitlab.com:group/project.git", `https://gitlab.com/group/project/-/commit/${sha}`],
    ["ssh://git@gitlab.example.org:2222/group/project.git", `https://gitlab.example.org/group/project/-/commit/${sha}`],
    ["ssh://gitlab.example.org/group/project", `https://gitlab.example.org/group/project/-/commit/${sha}`],
    ["https://github.com/owner/name", `https://github.com/owner/name/commit/${sha}`],
    ["git@github.com:owner/name.git", `https://github.com/owner/name/commit/${sha}`],
    ["http://gitea.local/owner/name.git", `http://gitea.local/owner/name/commit/${sha}`],
    ["https://bitbucket.org/owner/name.git", `https://bitbucket.org/owner/name/commits/${sha}`],
  ])("of %s", (remote, page) => {
    expect(commitPage(remote, sha)).toBe(page);
  });

  it.each(["/srv/git/x.git", "../x", "file:///srv/git/x.git", "C:/x/y", ""])("is not known for %j", (remote) => {
    expect(commitPage(remote, sha)).toBeUndefined();
  });
});
