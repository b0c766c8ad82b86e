import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";

import { ApiError } from "../../../sandbox/plugins/kubernetes/api-error.ts";
import { awaitReady } from "../../../sandbox/plugins/kubernetes/await/await-ready.ts";
import { SimpleAwaiter } from "../../../sandbox/plugins/kubernetes/await/simple.ts";
import { Connection } from "../../../sandbox/plugins/kubernetes/connection.ts";
import { text } from "../../../sandbox/plugins/kubernetes/objects.ts";
import { Watches } from "../../../sandbox/plugins/kubernetes/watches.ts";
import type { PlainMap } from "../../../sandbox/plugins/shared/values.ts";

/** A server on loopback that answers what a test tells it to. */
async function serve(answer: (url: URL, response: ServerResponse, headers: NodeJS.Dict<string | string[]>) => void) {
  const server = createServer((request, response) => {
    answer(new URL(request.url ?? "", "http://x"), response, request.headers);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  const base = `http://127.0.0.1:${String(address.port)}`;
  const access = { server: base, tls: {}, headers: () => ({ Authorization: "Bearer t" }) };
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { base, connection: new Connection(access), close };
}

const pod = (phase: string, resourceVersion: string): PlainMap => ({
  metadata: { name: "p", namespace: "n", uid: "u", resourceVersion },
  status: { phase },
});

describe("a connection to the API server", () => {
  it("says who it is, and throws the server's refusals", async () => {
    const { connection, close } = await serve((_url, response, headers) => {
      assert.equal(headers["authorization"], "Bearer t");
      response.writeHead(403).end(JSON.stringify({ kind: "Status", reason: "Forbidden", message: "no pods for you" }));
    });
    await assert.rejects(connection.send({ method: "GET", path: "/api/v1/pods" }), (error) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual([error.code, error.reason, error.message], [403, "Forbidden", "no pods for you"]);
      return true;
    });
    close();
  });

  it("says what happened when nobody answers", async () => {
    const { base, connection, close } = await serve(() => undefined);
    close();
    const host = new URL(base).host;
    await assert.rejects(connection.send({ method: "GET", path: "/version" }), {
      message: `Get "${base}/version": dial tcp ${host}: connect: connection refused`,
    });
  });

  it("calls what is no JSON by its name", async () => {
    const { connection, close } = await serve((_url, response) => response.end("<html>"));
    await assert.rejects(connection.send({ method: "GET", path: "/x" }), {
      message: "the API server's answer to get /x is not JSON: <html>",
    });
    close();
  });
});

describe("a watch", () => {
  /** Answers a list, and watches one after the other as the test says. */
  const watching = async (...streams: ((response: ServerResponse) => void)[]) => {
    const asked: string[] = [];
    const server = await serve((url, response) => {
      const isWatch = url.searchParams.get("watch") === "true";
      asked.push(isWatch ? `watch ${url.searchParams.get("resourceVersion") ?? ""}` : "list");
      if (isWatch) streams.shift()?.(response.writeHead(200));
      else response.end(JSON.stringify({ metadata: { resourceVersion: "1" }, items: [pod("Pending", "1")] }));
    });
    return { ...server, asked, watches: new Watches(server.connection) };
  };
  const line = (type: string, object: PlainMap) => `${JSON.stringify({ type, object })}\n`;
  /** The phases that a listener sees until one of them comes. */
  const phasesUntil = (watches: Watches, last: string) =>
    new Promise<string[]>((resolve) => {
      const phases: string[] = [];
      const end = watches.subscribe("/pods", ({ type, object }) => {
        phases.push(`${type} ${text(object, "status", "phase")}`);
        if (phases.at(-1) === last) {
          resolve(phases);
          setImmediate(() => {
            end();
          });
        }
      });
    });

  it("tells first what is there and then what changes, in pieces of any size", async () => {
    const { watches, close } = await watching((response) => {
      const whole = line("MODIFIED", pod("Running", "2")) + line("DELETED", pod("Gone", "3"));
      response.write(whole.slice(0, 30));
      setTimeout(() => response.write(whole.slice(30)), 5);
    });
    assert.deepEqual(await phasesUntil(watches, "DELETED Gone"), ["ADDED Pending", "MODIFIED Running", "DELETED Gone"]);
    close();
  });

  it("tells of every object what it is, which a list says only once for all", async () => {
    const list = {
      apiVersion: "v1",
      kind: "PodList",
      metadata: { resourceVersion: "1" },
      items: [pod("Pending", "1")],
    };
    const { connection, close } = await serve((_, response) => response.end(JSON.stringify(list)));
    const object = await new Promise<PlainMap>((resolve) => {
      const end = new Watches(connection).subscribe("/pods", (event) => {
        resolve(event.object);
        setImmediate(() => {
          end();
        });
      });
    });
    assert.deepEqual([object["apiVersion"], object["kind"]], ["v1", "Pod"]);
    close();
  });

  it("says when all that is there has been told of, so that nobody asks too early whether an object is gone", async () => {
    const { watches, close } = await watching((response) => response.flushHeaders());
    const seen: string[] = [];
    const end = await new Promise<() => void>((resolve) => {
      const stop = watches.subscribe(
        "/pods",
        ({ type }) => seen.push(type),
        undefined,
        () => {
          resolve(stop);
        },
      );
    });
    assert.deepEqual(seen, ["ADDED"]);
    end();
    close();
  });

  it("looks at everything again after a broken connection", async () => {
    const { watches, asked, close } = await watching(
      (response) =>
        response.write(line("MODIFIED", pod("Running", "7")), () => setTimeout(() => response.destroy(), 5)),
      (response) => response.write(line("MODIFIED", pod("Done", "8"))),
    );
    const phases = await phasesUntil(watches, "MODIFIED Done");
    assert.deepEqual(
      phases.filter((phase) => phase !== "MODIFIED Pending"),
      ["ADDED Pending", "MODIFIED Running", "MODIFIED Done"],
    );
    assert.equal(asked.at(-1), "watch 1");
    close();
  });

  it("looks at everything again when its version is too old", async () => {
    const expired = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
    const { watches, asked, close } = await watching(
      (response) => response.end(line("ERROR", expired)),
      (response) => response.write(line("MODIFIED", pod("Done", "8"))),
    );
    await phasesUntil(watches, "MODIFIED Done");
    assert.deepEqual(asked, ["list", "watch 1", "list", "watch 1"]);
    close();
  });

  it("lets an await end, and fail when the time is over", async () => {
    const object = pod("Pending", "1");
    const wait = async (stream: (response: ServerResponse) => void, timeout: number) => {
      const { watches, close } = await watching(stream);
      const options = { watches, timeout, signal: new AbortController().signal, say: () => undefined };
      const isDone = (candidate: PlainMap) => text(candidate, "status", "phase") === "Done";
      const self = { apiVersion: "v1", plural: "pods" };
      return awaitReady(object, undefined, (context) => new SimpleAwaiter(context, self, isDone), options).finally(
        close,
      );
    };
    assert.equal(
      text(await wait((response) => response.write(line("MODIFIED", pod("Done", "2"))), 5), "status", "phase"),
      "Done",
    );
    await assert.rejects(
      wait(() => undefined, 0.05),
      { message: "Timeout occurred polling for 'p'" },
    );
  });
});
