import { once } from "node:events";
import { mkdtempDisposableSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { digestOf } from "../digest.ts";
import { checkHop, fetcherWith } from "./http-fetcher.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of this machine, and what it was asked. */
async function serve(answer: Answer) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function fetching(idleMs = 60_000) {
  const temporary = mkdtempDisposableSync(join(tmpdir(), "http-fetcher-"));
  const cancel = new AbortController();
  const place = { projectFolder: "/", folder: () => temporary.path, signal: cancel.signal };
  return {
    cancel,
    files: () => readdirSync(temporary.path),
    fetch: (uri: string) => fetcherWith(idleMs).fetch(uri, place),
    [Symbol.dispose]: () => temporary.remove(),
  };
}

const failed = (message: string) => ({
  code: "FETCH_FAILED",
  kind: "unavailable",
  message: expect.stringContaining(message) as string,
  hint: expect.any(String) as string,
});

describe("a reference to a server", () => {
  it("is streamed to a file of its name, with its digest, and asks for it as it is", async () => {
    using f = fetching();
    const content = Buffer.alloc(3_000_000, "data");
    using server = await serve((_, response) => response.end(content));

    const { path, digest } = await f.fetch(`${server.url}/sets/gr%C3%B6%C3%9Fe.bin?version=3`);

    expect([basename(path), digest]).toEqual(["größe.bin", digestOf(content)]);
    expect(digestOf(readFileSync(path))).toBe(digest);
    expect(server.asked[0]?.headers["accept-encoding"]).toBe("identity");
  });

  it.each(["/", "/..%2fx", "/a%00", "/%ff"])("E02 is called data where %s is no name of a file", async (path) => {
    using f = fetching();
    using server = await serve((_, response) => response.end("x"));
    expect(basename((await f.fetch(server.url + path)).path)).toBe("data");
  });

  it("follows redirects to another origin without anything secret", async () => {
    using f = fetching();
    using other = await serve((_, response) => response.end("there"));
    using server = await serve((_, response) => {
      const location = `${other.url.replace("//", "//ada:open-sesame@")}/moved?key=of-the-server`;
      response.writeHead(302, { location, "set-cookie": "session=1" }).end();
    });

    const { path } = await f.fetch(`${server.url}/first`);

    expect(readFileSync(path, "utf8")).toBe("there");
    const [{ headers, url } = { headers: {}, url: "" }] = other.asked;
    expect(url).toBe("/moved?key=of-the-server");
    expect(Object.keys(headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(authorization|cookie|referer|private-token)$/)]),
    );
  });

  it("gives up a circle of redirects", async () => {
    using f = fetching();
    using server = await serve((_, response) => response.writeHead(307, { location: "/again" }).end());
    await expect(f.fetch(`${server.url}/again`)).rejects.toMatchObject(failed("it redirects more than 5 times"));
    expect(server.asked).toHaveLength(6);
  });

  it.each<[string, Answer, string]>([
    ["does not have it", (_, response) => response.writeHead(404).end("<html>"), "it answers 404 Not Found"],
    ["sends a part", (_, response) => response.writeHead(206).end("x"), "it answers 206"],
    [
      "packs it",
      (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
      "it sends the data packed as gzip",
    ],
    [
      "hangs up in the middle",
      (_, response) => {
        response.writeHead(200, { "content-length": "100000" });
        response.write("half", () => response.destroy());
      },
      "cannot be fetched",
    ],
  ])("fails when the server %s, and leaves nothing", async (_what, answer, message) => {
    using f = fetching();
    using server = await serve(answer);
    const fetched = f.fetch(`${server.url}/x?key=open-sesame`);
    await expect(fetched).rejects.toMatchObject(failed(message));
    await expect(fetched).rejects.toMatchObject({ message: expect.not.stringContaining("open-sesame") as string });
    expect(f.files()).toEqual([]);
  });

  it("fails when nobody listens, and says why", async () => {
    using f = fetching();
    const { url } = await serve(() => undefined).then((server) => {
      server[Symbol.dispose]();
      return server;
    });
    await expect(f.fetch(`${url}/x`)).rejects.toMatchObject(failed("ECONNREFUSED"));
  });

  it.each<[string, Answer]>([
    ["says nothing", () => undefined],
    ["stops in the middle", (_, response) => void response.writeHead(200).write("half")],
  ])("gives up a server that %s", async (_what, answer) => {
    using f = fetching(50);
    using server = await serve(answer);
    await expect(f.fetch(`${server.url}/x`)).rejects.toMatchObject(failed("it sent nothing for 0.05 s"));
    expect(f.files()).toEqual([]);
  });

  it("stops when the run is cancelled, with the reason", async () => {
    using f = fetching();
    using server = await serve((_, response) => {
      response.writeHead(200).write("half");
      f.cancel.abort(new Error("Ctrl-C"));
    });
    await expect(f.fetch(`${server.url}/x`)).rejects.toThrow("Ctrl-C");
    expect(f.files()).toEqual([]);
  });

  it("refuses what is larger than the disk before it is fetched", async () => {
    using f = fetching();
    using server = await serve((_, response) => {
      response.writeHead(200, { "content-length": String(2 ** 52) }).write("beginning");
    });
    await expect(f.fetch(`${server.url}/x`)).rejects.toMatchObject({
      code: "STORE_UNWRITABLE",
      message: expect.stringContaining(`the data has ${2 ** 52}`),
    });
    expect(f.files()).toEqual([]);
  });
});

describe("plain HTTP and redirects", () => {
  const hop = (to: string, from?: string) => () =>
    checkHop(new URL(to), from === undefined ? undefined : new URL(from));

  it.each([
    ["https://example.org/x", undefined],
    ["http://localhost:8080/x", undefined],
    ["http://127.3.2.1/x", undefined],
    ["http://[::1]/x", undefined],
    ["https://cdn.example.org/x", "https://example.org/x"],
    ["http://127.0.0.1:2/x", "http://127.0.0.1:1/x"],
  ])("fetches %s, from %s", (to, from) => {
    expect(hop(to, from)).not.toThrow();
  });

  it.each([
    ["http://example.org/x", undefined, "is not encrypted"],
    ["http://127.0.0.1.example.org/x", undefined, "is not encrypted"],
    ["http://example.org/x?key=open-sesame", "https://example.org/x", "is not encrypted"],
    ["http://127.0.0.1/x", "https://example.org/x", "is not encrypted"],
    ["https://127.0.0.1/x", "https://example.org/x", "redirects to this machine"],
    ["file:///etc/passwd", "https://example.org/x", "is not encrypted"],
  ])("refuses %s, from %s", (to, from, message) => {
    expect(hop(to, from)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", message: expect.stringContaining(message) }),
    );
    expect(hop(to, from)).toThrow(expect.objectContaining({ message: expect.not.stringContaining("open-sesame") }));
  });
});
