import { describe, expect, it } from "vitest";
import { registerSecret } from "../secrets.ts";
import { LastLines, PrintedLines } from "./printed-lines.ts";

const secret = "open-sesame-äöü-42";
registerSecret(secret);

/** What is passed on of these chunks, one after the other. */
function passedOn(...chunks: readonly (string | Buffer)[]): Buffer[] {
  const passed: Buffer[] = [];
  const lines = new PrintedLines((bytes) => passed.push(Buffer.from(bytes)));
  for (const chunk of chunks) lines.push(Buffer.from(chunk));
  lines.end();
  return passed;
}

describe("PrintedLines", () => {
  it("passes on whole lines, and at the end what has none", () => {
    expect(passedOn("a\nb", "c\nd", "e").map(String)).toEqual(["a\n", "bc\n", "de"]);
  });

  it("takes a carriage return for an end, so that progress is seen", () => {
    expect(passedOn("10%\r", "20%\r").map(String)).toEqual(["10%\r", "20%\r"]);
  });

  it("keeps bytes that are no UTF-8 as they are, and letters that come in two chunks", () => {
    const [x, y] = [Buffer.from([0xff, 0xfe, 10]), Buffer.from("é\n")];
    expect(Buffer.concat(passedOn(x, y.subarray(0, 1), y.subarray(1)))).toEqual(Buffer.concat([x, y]));
  });

  it("passes on a line without an end in parts, and nothing is lost", () => {
    const chunk = Buffer.alloc(50_000, "ab");
    const passed = passedOn(chunk, chunk, chunk, chunk);
    expect(passed.length).toBeGreaterThan(1);
    expect(Buffer.concat(passed)).toEqual(Buffer.concat([chunk, chunk, chunk, chunk]));
  });

  it("J04 never parts a secret in such a line", () => {
    const line = "x".repeat(61_400) + `${secret}|`.repeat(300);
    const text = Buffer.concat(passedOn(line.slice(0, 40_000), line.slice(40_000))).toString();
    // What is passed on is masked by the log, a part at a time.
    const masked = passedOn(line).map((part) => part.toString().replaceAll(secret, "***"));
    expect(masked.join("")).toBe("x".repeat(61_400) + "***|".repeat(300));
    expect(text).not.toContain("sesame-äöü-42|x");
  });
});

describe("LastLines", () => {
  /** What is remembered of these chunks. */
  function remembered(count: number, ...chunks: readonly (string | Buffer)[]): string {
    const lines = new LastLines();
    for (const chunk of chunks) lines.push(Buffer.from(chunk));
    return lines.text(count);
  }

  it("gives the last lines of what came, however it came", () => {
    const all = Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`).join("");
    expect(remembered(2, all)).toBe("line 99998\nline 99999");
    expect(remembered(2, all.slice(0, 10), all.slice(10))).toBe("line 99998\nline 99999");
    expect(remembered(3, "one\n", "two")).toBe("one\ntwo");
    expect(remembered(3)).toBe("");
  });

  it("shows what a terminal can show", () => {
    const bytes = Buffer.concat([
      Buffer.from("\u001b[31mred\u001b[0m \u0007 10%\r20%\r\n"),
      Buffer.from([0xff]),
      Buffer.from("\ttab"),
    ]);
    expect(remembered(5, bytes)).toBe("20%\n\u{fffd}\ttab");
    expect(remembered(1, "a\u0007b")).toBe("a\u{fffd}b");
  });

  it("cuts a line that is too long to be shown", () => {
    expect(remembered(1, "x".repeat(10_000))).toBe(`${"x".repeat(400)}…`);
  });

  it("J04 shows no secret, and no rest of one where its memory begins", () => {
    expect(remembered(5, `token ${secret}`)).toBe("token ***");
    const begun = remembered(5, `${secret}${"y".repeat(32 * 1024 - 5)}`);
    expect(begun).toMatch(/^y+…$/);
  });
});
