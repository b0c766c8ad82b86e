import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";

import { verify } from "@octokit/webhooks-methods";

import type { Repository } from "../../../../sandbox/github/model.ts";
import { DescriptionCheck } from "../../../../sandbox/github/openapi/check.ts";
import type { Schema } from "../../../../sandbox/github/schema.ts";
import { isLoopback } from "../../../../sandbox/github/webhooks/send.ts";
import { asGitHubDescribes } from "../described.ts";
import { StandIn } from "../stand-in.ts";
import { Receiver } from "./receiver.ts";

type Hook = Schema<"hook">;
type Item = Schema<"hook-delivery-item">;

const secret = "only-good-here";

describe("webhooks of the GitHub stand-in", () => {
  let github: StandIn;
  let repository: Repository;
  let receiver: Receiver;
  before(async () => {
    github = await StandIn.start();
    github.user("member");
    repository = await github.repository("auth2");
    receiver = new Receiver();
    await receiver.listen();
  });
  after(async () => {
    await github.close();
    await receiver.close();
  });
  asGitHubDescribes(() => github.app);
  afterEach(() => {
    repository.hooks = [];
    github.organization.hooks = [];
    receiver.answer = (_request, response) => void response.end("thanks");
  });

  const hook = async (body: object = {}, at = "/repos/kbase/auth2") => {
    const config = { url: receiver.url, content_type: "json", secret };
    const answer = await github.ask(`POST ${at}/hooks`, { body: { name: "web", config, ...body } });
    assert.equal(answer.status, 201);
    return answer.body as Hook;
  };
  const commit = (path: string) =>
    github.ask(`PUT /repos/kbase/auth2/contents/${path}`, { body: { message: path, content: btoa(path) } });
  const deliveries = async ({ id }: Hook, at = "/repos/kbase/auth2") =>
    (await github.ask(`GET ${at}/hooks/${id}/deliveries`)).body as Item[];
  /** Waits until a hook's newest delivery is over. */
  const delivered = async (one: Hook): Promise<Item> => {
    for (;;) {
      const [newest] = await deliveries(one);
      if (newest !== undefined && newest.status !== "pending") return newest;
      await turn();
    }
  };

  it("are pinged when they are made, signed with their secret", async () => {
    const made = await hook();
    assert.deepEqual(made.config, { url: receiver.url, content_type: "json", insecure_ssl: "0", secret: "********" });
    assert.deepEqual(made.events, ["push"]);
    const { headers, body } = await receiver.next("ping");
    assert.equal((JSON.parse(body) as { hook_id: number }).hook_id, made.id);
    assert.ok(await verify(secret, body, String(headers["x-hub-signature-256"])));
    assert.ok(!(await verify("another", body, String(headers["x-hub-signature-256"]))));
    assert.match(String(headers["x-github-delivery"]), /^[0-9a-f-]{36}$/u);
    assert.deepEqual(
      [headers["x-github-hook-id"], headers["x-github-hook-installation-target-type"], headers["content-type"]],
      [String(made.id), "repository", "application/json"],
    );
  });

  it("get the events that they asked for, and no other", async () => {
    await hook({ events: ["push"] });
    await commit("a");
    const { body } = await receiver.next("push");
    const push = JSON.parse(body) as { ref: string; repository: { full_name: string }; sender: { login: string } };
    assert.deepEqual(
      [push.ref, push.repository.full_name, push.sender.login],
      ["refs/heads/main", "kbase/auth2", "olga"],
    );
    await github.ask("POST /repos/kbase/auth2/git/refs", { body: { ref: "refs/heads/b", sha: repositorySha(body) } });
    await receiver.next("push");
    assert.deepEqual(
      receiver.rest.map(({ headers }) => headers["x-github-event"]),
      [],
    );
  });

  const repositorySha = (push: string) => (JSON.parse(push) as { after: string }).after;

  it("of an organization get the events of all of its repositories", async () => {
    const made = await hook({ events: ["*"] }, "/orgs/kbase");
    const ping = await receiver.next("ping");
    assert.equal(ping.headers["x-github-hook-installation-target-type"], "organization");
    await commit("b");
    await receiver.next("push");
    assert.deepEqual(
      (await deliveries(made, "/orgs/kbase")).map(({ event, repository_id: id }) => [event, id]),
      [
        ["push", repository.id],
        ["ping", null],
      ],
    );
  });

  it("can have the form of a form", async () => {
    await hook({ config: { url: receiver.url, secret } });
    const { headers, body } = await receiver.next("ping");
    assert.equal(headers["content-type"], "application/x-www-form-urlencoded");
    assert.ok(await verify(secret, body, String(headers["x-hub-signature-256"])));
    assert.match(new URLSearchParams(body).get("payload") ?? "", /"zen"/u);
  });

  it("that are not active get nothing", async () => {
    const made = await hook({ active: false });
    await receiver.next("ping");
    await commit("c");
    assert.deepEqual(
      (await deliveries(made)).map(({ event }) => event),
      ["ping"],
    );
  });

  it("record what was sent and answered, and deliver it again", async () => {
    const made = await hook();
    receiver.answer = (_request, response) => void response.writeHead(503, { "x-why": "busy" }).end("later");
    const ping = await receiver.next("ping");
    const item = await delivered(made);
    assert.deepEqual([item.event, item.status_code, item.status], ["ping", 503, "Invalid HTTP Response: 503"]);
    const at = `/repos/kbase/auth2/hooks/${made.id}`;
    const { body } = await github.ask(`GET ${at}/deliveries/${item.id}`);
    const { request, response } = body as {
      request: { headers: Record<string, string>; payload: object };
      response: { headers: Record<string, string>; payload: string };
    };
    assert.deepEqual(request.payload, JSON.parse(ping.body));
    assert.deepEqual([response.headers["x-why"], response.payload], ["busy", "later"]);
    assert.equal(((await github.ask(`GET ${at}`)).body as Hook).last_response.code, 503);
    receiver.answer = (_request, answer) => void answer.end();
    assert.equal((await github.ask(`POST ${at}/deliveries/${item.id}/attempts`)).status, 202);
    const again = await receiver.next("ping");
    assert.equal(again.body, ping.body);
    assert.equal(again.headers["x-github-delivery"], ping.headers["x-github-delivery"]);
    const newest = await delivered(made);
    assert.deepEqual([newest.redelivery, newest.status, newest.guid], [true, "OK", item.guid]);
  });

  it("never keep the request waiting that caused the event", async () => {
    await hook();
    await receiver.next("ping");
    receiver.answer = () => undefined;
    assert.equal((await commit("d")).status, 201);
    await receiver.next("push");
  });

  it("are never sent to another machine", async () => {
    const made = await hook({ config: { url: "http://192.0.2.1/hook" } });
    const item = await delivered(made);
    assert.deepEqual([item.status_code, item.status], [0, "this stand-in delivers to addresses on this machine alone"]);
  });

  it("do not follow a redirection", async () => {
    receiver.answer = (_request, response) => void response.writeHead(302, { location: "http://192.0.2.1/" }).end();
    const item = await delivered(await hook());
    assert.equal(item.status_code, 302);
  });

  it("can be changed, a secret that is not repeated being gone", async () => {
    const made = await hook();
    const at = `/repos/kbase/auth2/hooks/${made.id}`;
    const { body } = await github.ask(`PATCH ${at}`, {
      body: { add_events: ["pull_request"], remove_events: ["push"], config: { url: receiver.url } },
    });
    const changed = body as Hook;
    assert.deepEqual(
      [changed.events, changed.config.secret, changed.config.content_type],
      [["pull_request"], undefined, "form"],
    );
    const config = await github.ask(`PATCH ${at}/config`, { body: { secret: "new" } });
    assert.deepEqual(config.body, { url: receiver.url, content_type: "form", insecure_ssl: "0", secret: "********" });
    assert.equal((await github.ask(`DELETE ${at}`)).status, 204);
    assert.equal((await github.ask(`GET ${at}`)).status, 404);
  });

  const refused: readonly [what: string, body: object, message: string][] = [
    ["without an address", { config: {} }, "Config must contain URL for webhooks"],
    ["with an address that is none", { config: { url: "ftp://x" } }, "url is not a valid http(s) URL"],
    ["that are there already", {}, "Hook already exists on this repository"],
  ];
  for (const [what, body, message] of refused)
    it(`are refused ${what}`, async () => {
      await hook();
      const config = { url: receiver.url };
      const answer = await github.ask("POST /repos/kbase/auth2/hooks", { body: { config, ...body } });
      assert.equal(answer.status, 422);
      assert.equal((answer.body as { errors: { message: string }[] }).errors[0]?.message, message);
    });

  it("are for administrators", async () => {
    assert.equal((await github.ask("GET /repos/kbase/auth2/hooks", { as: "member" })).status, 403);
    assert.equal((await github.ask("GET /orgs/kbase/hooks", { as: "member" })).status, 404);
  });

  it("get the last push again when somebody tries them", async () => {
    const made = await hook();
    await commit("e");
    const { body } = await receiver.next("push");
    assert.equal((await github.ask(`POST /repos/kbase/auth2/hooks/${made.id}/tests`)).status, 204);
    assert.equal((await receiver.next("push")).body, body);
  });

  it("get a ping as GitHub describes it", async () => {
    await hook();
    const { body } = await receiver.next("ping");
    assert.equal(new DescriptionCheck().webhook("ping", JSON.parse(body)), undefined);
  });
});

describe("addresses of webhooks", () => {
  const table: readonly [url: string, here: boolean][] = [
    ["http://127.0.0.1:8080/", true],
    ["http://127.9.9.9/", true],
    ["https://localhost/x", true],
    ["http://[::1]:1/", true],
    ["http://127.0.0.1.example.org/", false],
    ["http://10.0.0.1/", false],
    ["http://0.0.0.0/", false],
    ["file:///etc/passwd", false],
    ["nonsense", false],
  ];
  for (const [url, here] of table)
    it(`${url} is ${here ? "" : "not "}on this machine`, () => assert.equal(isLoopback(url), here));
});
