import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";

import { identities } from "../../../sandbox/rancher/auth.ts";
import { clusterPath, ClusterProxy, impersonated } from "../../../sandbox/rancher/proxy.ts";
import { config } from "./support.ts";

describe("the address of a cluster", () => {
  const cases: readonly [string, ReturnType<typeof clusterPath>][] = [
    ["/k8s/clusters/c-1/api/v1/pods?watch=true", { cluster: "c-1", path: "/api/v1/pods?watch=true" }],
    ["/k8s/clusters/c-1", { cluster: "c-1", path: "/" }],
    ["/k8s/clusters/c-1?x=1", { cluster: "c-1", path: "/?x=1" }],
    ["/k8s/clusters//api", undefined],
    ["/k8s/clusters/", undefined],
    ["/v3/k8s/clusters/c-1", undefined],
  ];
  for (const [url, expected] of cases) it(`in ${url}`, () => assert.deepEqual(clusterPath(url), expected));
});

describe("a request through the proxy", () => {
  it("carries the identity of its token and nothing that the client says of itself", () => {
    const headers = {
      accept: "x",
      authorization: "Bearer a:b",
      cookie: "c",
      "impersonate-user": "admin",
      "impersonate-extra-scopes": "all",
    };
    assert.deepEqual(impersonated(headers, identities.reader), {
      accept: "x",
      "impersonate-user": "u-reader",
      "impersonate-group": ["system:authenticated", "system:cattle:authenticated"],
    });
  });
});

describe("the cluster proxy", () => {
  const seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const listen = async (server: Server) => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  const upstream = createServer((request, response) => {
    let body = "";
    request
      .setEncoding("utf8")
      .on("data", (chunk: string) => (body += chunk))
      .on("end", () => {
        seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
        response.writeHead(200, { "content-type": "application/json" }).write('{"first":1}\n');
        if (request.url === "/watch") upstream.once("more", () => response.end('{"second":2}\n'));
        else response.end();
      });
  }).on("upgrade", (request, socket) => {
    seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body: "" });
    if (request.url === "/refused") socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    else {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade ?? ""}\r\n\r\n`,
      );
      socket.pipe(socket);
    }
  });
  const front = createServer((request, response) => proxy.handle(request, response)).on(
    "upgrade",
    (request, socket, head) => void proxy.upgrade(request, socket, head),
  );
  let proxy: ClusterProxy;
  let base: string;
  let port: number;

  before(async () => {
    const url = new URL(`http://127.0.0.1:${await listen(upstream)}`);
    proxy = new ClusterProxy(config, { url, tls: () => ({}) });
    port = await listen(front);
    base = `http://127.0.0.1:${port}/k8s/clusters/c-m-test`;
  });
  beforeEach(() => seen.splice(0));
  after(() => {
    proxy.close();
    for (const server of [front, upstream]) {
      server.closeAllConnections();
      server.close();
    }
  });
  const authorization = `Bearer ${config.tokens.deployer}`;

  it("answers as the API server would when it refuses", async () => {
    for (const [url, headers, code, reason] of [
      [`${base}/api`, {}, 401, "Unauthorized"],
      [`${base}/api`, { authorization: "Bearer x:y" }, 401, "Unauthorized"],
      [base.replace("c-m-test", "c-other"), { authorization }, 404, "NotFound"],
    ] as const) {
      const response = await fetch(url, { headers });
      assert.equal(response.status, code);
      assert.deepEqual(
        (({ kind, status, reason, code }: Record<string, unknown>) => ({ kind, status, reason, code }))(
          (await response.json()) as Record<string, unknown>,
        ),
        { kind: "Status", status: "Failure", reason, code },
      );
    }
    assert.deepEqual(seen, []);
  });
  it("keeps method, query, content type and body", async () => {
    const body = "apiVersion: v1\n".repeat(200_000);
    const headers = { authorization, "content-type": "application/apply-patch+yaml" };
    await fetch(`${base}/api/v1/x?fieldManager=pulumi&force=true&l=a%3Db`, { method: "PATCH", headers, body });
    const [got] = seen;
    assert.deepEqual(
      [got?.method, got?.url, got?.headers["content-type"], got?.body.length],
      ["PATCH", "/api/v1/x?fieldManager=pulumi&force=true&l=a%3Db", "application/apply-patch+yaml", body.length],
    );
    assert.deepEqual([got?.headers["impersonate-user"], got?.headers.authorization], ["u-deployer", undefined]);
  });
  it("passes a watch on event by event", async () => {
    const response = await fetch(`${base}/watch`, { headers: { authorization } });
    const reader = (response.body ?? assert.fail()).getReader();
    const next = async () => Buffer.from((await reader.read()).value ?? []).toString();
    assert.equal(await next(), '{"first":1}\n');
    upstream.emit("more");
    assert.equal(await next(), '{"second":2}\n');
  });
  for (const [method, protocol] of [
    ["POST", "SPDY/3.1"],
    ["GET", "websocket"],
  ] as const)
    it(`joins the connections for ${protocol}`, async () => {
      const headers = { authorization, connection: "Upgrade", upgrade: protocol };
      const echo = await new Promise<string>((resolve, reject) => {
        const request = httpRequest({
          port,
          host: "127.0.0.1",
          method,
          path: "/k8s/clusters/c-m-test/exec?command=ls",
          headers,
        });
        request.on("error", reject).on("upgrade", (_response, socket) => {
          socket.once("data", (data: Buffer) => {
            resolve(data.toString());
            socket.end();
          });
          socket.write("hello");
        });
        request.end();
      });
      assert.equal(echo, "hello");
      assert.deepEqual(
        [seen[0]?.method, seen[0]?.url, seen[0]?.headers["impersonate-user"]],
        [method, "/exec?command=ls", "u-deployer"],
      );
    });
  for (const [name, token, path, status] of [
    ["the API server's", authorization, "/refused", 403],
    ["its own", "Bearer no:no", "/exec", 401],
  ] as const)
    it(`hands on ${name} refusal of another protocol`, async () => {
      const headers = { authorization: token, connection: "Upgrade", upgrade: "SPDY/3.1" };
      const got = await new Promise((resolve, reject) => {
        const request = httpRequest({
          port,
          host: "127.0.0.1",
          method: "POST",
          path: `/k8s/clusters/c-m-test${path}`,
          headers,
        });
        request.on("error", reject).on("response", (response) => {
          resolve(response.statusCode);
          response.resume();
        });
        request.end();
      });
      assert.equal(got, status);
    });
  it("says that the API server does not answer", async () => {
    const gone = new ClusterProxy(config, { url: new URL("http://127.0.0.1:1"), tls: () => ({}) });
    const server = createServer((request, response) => gone.handle(request, response));
    const response = await fetch(`http://127.0.0.1:${await listen(server)}/k8s/clusters/c-m-test/api`, {
      headers: { authorization },
    });
    assert.equal(response.status, 503);
    server.close();
    gone.close();
  });
});
