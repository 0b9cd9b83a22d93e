import { describe, expect, it } from "vitest";
import { looksSecret, looksSecretFile, maskCommand, maskSecrets, registerSecret } from "./secrets.ts";

describe("maskSecrets", () => {
  it("hides a registered value wherever it stands", () => {
    registerSecret("s3cr3t-value");
    expect(maskSecrets("url?key=s3cr3t-value and s3cr3t-values")).toBe("url?key=*** and ***s");
  });

  it("hides the whole of a secret that begins with another one", () => {
    registerSecret("alphabet");
    registerSecret("alphabet-soup-of-the-day");
    expect(maskSecrets("alphabet-soup-of-the-day / alphabet")).toBe("*** / ***");
  });

  it("does not hide short values, which would hide ordinary text", () => {
    registerSecret("on");
    expect(maskSecrets("once on")).toBe("once on");
  });

  it.each([
    "glpat-abcdefghij0123456789",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat_11ABCDEFG0abcdefghijkl_mnop",
    "AKIAIOSFODNN7EXAMPLE",
    "xoxb-1234567890-abc",
    "npm_abcdefghijklmnopqrstuvwxyz",
  ])("hides %s by its form, though nobody registered it", (token) => {
    expect(maskSecrets(`Error: 401 for ${token}.`)).toBe("Error: 401 for ***.");
  });

  it.each([
    ["https://user:pass@host/x", "https://***@host/x"],
    ["https://oauth2:p@ss:word@host:8443/x", "https://***@host:8443/x"],
    ["postgres://u@db/x", "postgres://***@db/x"],
    ["git clone https://a:b@x.com/1 and https://c:d@y.com/2", "git clone https://***@x.com/1 and https://***@y.com/2"],
  ])("J01 hides user and password of %s", (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    ["https://host/x?private_token=abc&page=2#top", "https://host/x?private_token=***&page=2#top"],
    ['GET "https://host/x?api_key=abc"', 'GET "https://host/x?api_key=***"'],
  ])("J01 hides what the query of %s calls a secret", (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    "https://host/path?mail=a@b.com",
    '{"url":"https://host","mail":"a@b.com"}',
    "see https://host and mail a@b.com",
    "git@gitlab.com:group/project.git",
    "glass-bottomed boats",
    "https://host/path?max_tokens=20&page=2",
  ])("leaves %s as it is", (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it("takes time in proportion to the text, not to its square", { timeout: 20_000 }, () => {
    expect(maskSecrets("a".repeat(4_000_000))).toHaveLength(4_000_000);
  });
});

describe("maskCommand", () => {
  it.each([
    [
      ["--token", "abc"],
      ["--token", "***"],
    ],
    [
      ["--db-password", "abc", "--rows", "5"],
      ["--db-password", "***", "--rows", "5"],
    ],
    [["--api-key=abc"], ["--api-key=***"]],
    [
      ["API_KEY=abc", "run"],
      ["API_KEY=***", "run"],
    ],
    [
      ["-c", 'curl -H "X-Secret: abc def"'],
      ["-c", 'curl -H "X-Secret: *** def"'],
    ],
    [
      ["--param", 'password="a b"'],
      ["--param", "password=***"],
    ],
    [["https://u:p@h/x"], ["https://***@h/x"]],
  ])("J04 hides the value in %j", (argv, masked) => {
    expect(maskCommand(argv)).toEqual(masked);
  });

  it("leaves other arguments as they are", () => {
    const argv = ["run", "train.ts", "--param", "trees=60", "--stack", "team"];
    expect(maskCommand(argv)).toEqual(argv);
  });

  it("takes time in proportion to a long argument, not to its square", { timeout: 20_000 }, () => {
    const word = "a-".repeat(500_000);
    expect(maskCommand([word])).toEqual([word]);
  });
});

describe("the name of a key", () => {
  it.each(["token", "API_TOKEN", "dbPassword", "api-key", "privateKey", "token_url"])(
    "%s says that it is a secret",
    (name) => {
      expect([looksSecret(name), looksSecretFile(name)]).toEqual([true, false]);
    },
  );

  it.each(["token_file", "passwordFile", "API_KEY_PATH", "--token-file"])(
    "%s says that it is the path of a file with a secret, and no secret itself",
    (name) => {
      expect([looksSecret(name), looksSecretFile(name)]).toEqual([false, true]);
    },
  );

  it.each(["max_tokens", "file", "tokenizer", "profile"])("%s says neither", (name) => {
    expect([looksSecret(name), looksSecretFile(name)]).toEqual([false, false]);
  });
});
