import { describe, expect, it } from "vitest";
import { registerSecret } from "../secrets.ts";
import { parseReference, reference } from "./reference.ts";
import { artifact } from "./types.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("artifact.reference", () => {
  it.each([
    reference("data/images.tar"),
    reference("/data/größe 🎉.csv", digest),
    reference("file:///data/images.tar"),
    reference("https://example.org/images.tar?version=3#part", digest),
    reference("s3://bucket/key"),
    reference("C:\\data\\images.tar"),
  ])("stores the address and digest of %j, and nothing of the data", async (value) => {
    const type = artifact.reference();
    const packed = await type.pack(value);

    expect(type.extension).toBe(".json");
    expect(await type.unpack(packed)).toStrictEqual(value);
  });

  it.each([
    ["no address", "", undefined, "needs the address"],
    ["no text", undefined as never, undefined, "needs the address"],
    ["a line break", "a\nb", undefined, "holds control characters"],
    ["a long address", "x".repeat(4001), undefined, "longer than 4000 characters"],
    ["no URI", "https://[", undefined, "is not a URI"],
    ["another digest", "a", "md5:abc", "is not a digest"],
    ["a digest in capitals", "a", digest.toUpperCase(), "is not a digest"],
  ])("refuses %s", (_what, uri, of, message) => {
    expect(() => reference(uri, of)).toThrow(
      expect.objectContaining({ code: "ARTIFACT_INVALID", message: expect.stringContaining(message) }),
    );
  });

  it.each([
    "https://ada:open-sesame@example.org/x",
    "https://example.org/x?token=open-sesame",
    "https://bucket.s3.amazonaws.com/x?X-Amz-Signature=open-sesame",
    "https://account.blob.core.windows.net/x?sv=1&sig=open-sesame",
    "data/well-known-secret/x",
  ])("J01 refuses the secret in %s and does not show it", (uri) => {
    registerSecret("well-known-secret");
    expect(() => reference(uri)).toThrow(
      expect.objectContaining({
        code: "ARTIFACT_INVALID",
        message: expect.not.stringMatching(/open-sesame|well-known-secret/),
        hint: expect.stringContaining("environment"),
      }),
    );
  });

  it.each([
    ["no JSON", "{", "the content is not JSON"],
    ["something else", "{}", "the content is not a reference: uri"],
    ["more than that", '{"uri":"a","path":"b"}', "the content is not a reference"],
    ["a bad address", '{"uri":""}', "needs the address"],
  ])("refuses content that is %s", (_what, text, message) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: "ARTIFACT_INVALID", message: expect.stringContaining(message) }),
    );
  });
});
