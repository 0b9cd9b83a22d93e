import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAlive, thisProcess } from "../platform.ts";
import { runProgram, type Program } from "./run-program.ts";

const env = { PATH: process.env["PATH"] ?? "" };

/** Runs JavaScript in a process of its own, and gives back what it printed. */
async function run(code: string, more: Partial<Program> = {}) {
  const printed: Buffer[] = [];
  const end = await runProgram({
    argv: [process.execPath, "-e", code],
    folder: import.meta.dirname,
    env,
    print: (lines) => printed.push(Buffer.from(lines)),
    signal: new AbortController().signal,
    grace: 5,
    ...more,
  });
  return { ...end, printed: Buffer.concat(printed).toString() };
}

/** Whether a process is there and has not ended. */
function isThere(pid: number): boolean {
  return isAlive({ ...thisProcess(), pid, startedAt: "" }) === true;
}

/** JavaScript that starts another process with the pipes of its own, prints its number, and goes on with `then`. */
function starting(other: string, then: string, options = ""): string {
  const spawned = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(other)}], { stdio: "inherit", ${options} })`;
  return `const child = ${spawned}; child.unref(); console.log("child", child.pid); ${then}`;
}

function childOf(printed: string): number {
  return Number(/child (\d+)/.exec(printed)![1]);
}

const FOREVER = "setInterval(() => {}, 1e6);";
const STUBBORN = `process.on("SIGTERM", () => console.log("asked")); console.log("ready"); ${FOREVER}`;

describe("runProgram", () => {
  it("says how a program ended, and gives all that it printed", async () => {
    const code = 'console.log("out"); console.error("err"); process.stdout.write("no end"); process.exitCode = 3;';
    const { printed, ...end } = await run(code);
    expect(end).toEqual({ exit: 3, timedOut: false, lastLines: "err" });
    expect(printed.split(/\n/).sort()).toEqual(["err", "no end", "out"]);
  });

  it("B12 says which signal ended it", async () => {
    expect(await run('process.kill(process.pid, "SIGSEGV"); setInterval(() => {}, 1e6);')).toMatchObject({
      exit: "SIGSEGV",
    });
  });

  it("gives it no variables but its own, no input, and the folder", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "program-"));
    const code =
      'console.log(JSON.stringify([Object.keys(process.env).sort(), process.cwd(), require("fs").readFileSync(0).length]));';
    const { printed } = await run(code, { folder: folder.path, env: { ONE: "1", TWO: "2" } });
    expect(JSON.parse(printed)).toEqual([["ONE", "TWO"], folder.path, 0]);
  });

  it("takes words as they are: no shell looks at them", async () => {
    const words = ["a b", "*", "$HOME", "; exit 1", "", "'\"\n"];
    const { printed } = await run("", {
      argv: [process.execPath, "-e", "console.log(JSON.stringify(process.argv.slice(1)))", "--", ...words],
    });
    expect(JSON.parse(printed)).toEqual(words);
  });

  it("B11 says that a program is not in PATH, or not where it is said to be", async () => {
    await expect(run("", { argv: ["no-such-program"] })).rejects.toMatchObject({
      code: "PROGRAM_NOT_FOUND",
      message: "no-such-program was not found in PATH.",
      hint: expect.stringContaining(`PATH is ${env.PATH}`),
    });
    await expect(run("", { argv: ["./no/such"] })).rejects.toMatchObject({
      code: "PROGRAM_NOT_FOUND",
      message: "There is no program ./no/such.",
    });
  });

  it("B11 says why a program that is there cannot be run", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "program-"));
    const [plain, script] = [join(folder.path, "plain"), join(folder.path, "script")];
    writeFileSync(plain, "", { mode: 0o600 });
    writeFileSync(script, "#!/no/such/interpreter\n", { mode: 0o700 });
    await expect(run("", { argv: [plain] })).rejects.toMatchObject({
      code: "PROGRAM_FAILED",
      message: `${plain} cannot be run: it may not be executed.`,
      hint: `Make it executable: chmod +x ${plain}`,
    });
    await expect(run("", { argv: [script] })).rejects.toMatchObject({
      code: "PROGRAM_NOT_FOUND",
      message: `${script} cannot be run: the interpreter that its first line names is not there.`,
    });
    await expect(run("", { folder: join(folder.path, "gone") })).rejects.toMatchObject({
      code: "PROGRAM_FAILED",
      message: expect.stringContaining("there is no such folder"),
    });
    await expect(run("", { argv: [process.execPath, "x".repeat(3_000_000)] })).rejects.toMatchObject({
      code: "PROGRAM_FAILED",
      message: expect.stringContaining("E2BIG"),
    });
  });

  it("B13 ends what a program leaves running, and does not wait for it", async () => {
    const { printed, exit } = await run(starting(STUBBORN, "setTimeout(() => process.exit(0), 200);"));
    expect(exit).toBe(0);
    await expect.poll(() => isThere(childOf(printed)), { timeout: 30_000 }).toBe(false);
  });

  it("B13 does not wait for what has left the group and holds the pipes", async () => {
    const { printed, exit } = await run(starting(FOREVER, "process.exit(0);", "detached: true"));
    const child = childOf(printed);
    expect([exit, isThere(child)]).toEqual([0, true]);
    process.kill(child);
  });

  it("asks it to end when it is cancelled, and throws the reason when it is gone", async () => {
    const cancel = new AbortController();
    let printed = "";
    const running = run(
      'process.on("SIGTERM", () => { console.log("asked"); process.exit(0); }); console.log("ready"); setInterval(() => {}, 1e6);',
      {
        signal: cancel.signal,
        print: (lines) => {
          printed += Buffer.from(lines).toString();
          if (printed === "ready\n") cancel.abort("enough");
        },
      },
    );
    await expect(running).rejects.toBe("enough");
    expect(printed).toBe("ready\nasked\n");
  });

  it("starts nothing that is cancelled already", async () => {
    await expect(run("", { signal: AbortSignal.abort("before") })).rejects.toBe("before");
  });

  it("gives a program time to end although the one that started it is gone at once", async () => {
    const cancel = new AbortController();
    let printed = "";
    const last =
      'process.on("SIGTERM", () => setTimeout(() => { console.log("saved"); process.exit(); }, 100)); console.log("ready");';
    const running = run(starting(`${last} ${FOREVER}`, FOREVER), {
      signal: cancel.signal,
      print: (lines) => {
        printed += Buffer.from(lines).toString();
        if (printed.includes("ready")) cancel.abort("enough");
      },
    });
    await expect(running).rejects.toBe("enough");
    expect(printed).toMatch(/saved\n$/);
  });

  it("ends it when its time is up, and for good when it does not listen", async () => {
    const { exit, timedOut, printed } = await run(STUBBORN, { timeout: 0.5, grace: 0.1 });
    expect([exit, timedOut, printed]).toEqual(["SIGKILL", true, "ready\nasked\n"]);
  });

  it("ends it when what it prints cannot be kept", async () => {
    const full = new Error("no space left");
    const print = () => {
      throw full;
    };
    await expect(run(`console.log("one"); ${FOREVER}`, { print })).rejects.toBe(full);
  });
});
