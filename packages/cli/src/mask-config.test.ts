import { describe, expect, it } from "vitest";
import { maskConfig } from "./mask-config.ts";

describe("maskConfig", () => {
  it("hides what a key calls a secret", () => {
    expect(maskConfig({ api_token: "abc", password: "x", privateKey: "y", pin_secret: 1234 })).toEqual({
      api_token: "***",
      password: "***",
      privateKey: "***",
      pin_secret: "***",
    });
  });

  it("keeps a variable's name, which is no value", () => {
    expect(maskConfig({ token: "${env:TOKEN}" })).toEqual({ token: "${env:TOKEN}" });
    expect(maskConfig({ token: "x${env:TOKEN}" })).toEqual({ token: "***" });
  });

  it("hides a password in a URL and a token of a known form under any key", () => {
    expect(maskConfig({ uri: "https://ada:pw@example.org/x", note: "glpat-abcdefghij12345" })).toEqual({
      uri: "https://***@example.org/x",
      note: "***",
    });
  });

  it("looks into mappings and lists", () => {
    const headers = { authorization_token: "abc", accept: "json" };
    expect(maskConfig({ headers, list: [{ password: "x" }], credentials: { user: "ada", parts: ["a"] } })).toEqual({
      headers: { authorization_token: "***", accept: "json" },
      list: [{ password: "***" }],
      credentials: { user: "***", parts: ["***"] },
    });
  });

  it("leaves everything else as it is", () => {
    const config = { path: "../store", concurrency: 3, flags: [true, null], token: undefined };
    expect(maskConfig(config)).toEqual(config);
  });
});
