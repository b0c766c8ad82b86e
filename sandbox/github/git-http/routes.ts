import { spawn } from "node:child_process";
import { createGunzip } from "node:zlib";
import type { Readable } from "node:stream";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

import { authorize } from "../access.ts";
import { actorOf } from "../actor.ts";
import { identify, userOf } from "../caller.ts";
import { GitHubError } from "../errors.ts";
import { gitEnvironment } from "../git/run.ts";
import type { Repository } from "../model.ts";
import type { Store } from "../store.ts";
import { flush, packet } from "./pkt-line.ts";
import { advertisement, parsePush, report } from "./push.ts";
import { receive } from "./receive.ts";

const Params = z.object({ owner: z.string(), repo: z.string() });
const Service = z.object({ service: z.enum(["git-upload-pack", "git-receive-pack"]) });

/** What `git clone`, `fetch` and `push` speak: the smart HTTP protocol, at `/OWNER/NAME` and `/OWNER/NAME.git`. */
export function gitHttp(app: FastifyInstance, store: Store): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
    scope.setErrorHandler((error, _request, reply) => {
      const { status, message, headers } =
        error instanceof GitHubError ? error : new GitHubError(500, "Internal Server Error");
      return reply.code(status).headers(headers).type("text/plain").send(`${message}\n`);
    });
    scope.get("/:owner/:repo/info/refs", async (request, reply) => {
      const parsed = Service.safeParse(request.query);
      if (!parsed.success) throw new GitHubError(403, "Please upgrade your git client.");
      const { service } = parsed.data;
      const repository = access(store, request, service === "git-receive-pack");
      void reply.type(`application/x-${service}-advertisement`).header("Cache-Control", "no-cache");
      if (service === "git-receive-pack") return reply.send(advertisement(await store.git(repository).refs()));
      const v2 = /\bversion=2\b/u.test(protocolOf(request) ?? "");
      const refs = await collect(uploadPack(store.git(repository).folder, request, reply, ["--advertise-refs"]));
      return reply.send(v2 ? refs : Buffer.concat([packet("# service=git-upload-pack\n"), flush, refs]));
    });
    scope.post("/:owner/:repo/git-upload-pack", (request, reply) => {
      const repository = access(store, request, false);
      void reply.type("application/x-git-upload-pack-result").header("Cache-Control", "no-cache");
      return reply.send(uploadPack(store.git(repository).folder, request, reply, [], bodyOf(request)));
    });
    scope.post("/:owner/:repo/git-receive-pack", async (request, reply) => {
      const repository = access(store, request, true);
      void reply.type("application/x-git-receive-pack-result").header("Cache-Control", "no-cache");
      return reply.send(await receivePack(store, repository, request));
    });
    done();
  });
}

async function receivePack(store: Store, repository: Repository, request: FastifyRequest): Promise<Buffer> {
  const body = await collect(bodyOf(request));
  // Before a large push git asks, with nothing but a flush, whether it may.
  if (body.equals(flush)) return Buffer.alloc(0);
  const caller = identify(store, request.headers.authorization);
  const push = parsePush(body);
  const result = await store.lock(repository, () => receive(store, repository, actorOf(caller, userOf(caller)), push));
  return report(result, push.capabilities);
}

/**
 * The repository that a request is about, when its caller may read it, or write to it.
 * @throws GitHubError 401, with which git asks for a password, 403, 404
 */
function access(store: Store, request: FastifyRequest, writes: boolean): Repository {
  const { owner, repo } = Params.parse(request.params);
  const caller = identifyOrAsk(store, request);
  const repository = store.repository(owner, repo.replace(/\.git$/u, ""));
  const missing = new GitHubError(404, "Repository not found.");
  if (repository === undefined) throw caller.token === undefined ? askForPassword() : missing;
  if (writes && caller.token === undefined) throw askForPassword();
  const level = writes ? "write" : "read";
  try {
    authorize(store, caller, repository, { role: level, permissions: [`contents=${level}`] }, writes);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    if (caller.token === undefined) throw askForPassword();
    if (error.status === 404) throw missing;
    throw new GitHubError(403, `Permission to ${owner}/${repository.name}.git denied to ${userOf(caller).login}.`);
  }
  return repository;
}

function identifyOrAsk(store: Store, request: FastifyRequest) {
  try {
    return identify(store, request.headers.authorization);
  } catch {
    throw askForPassword();
  }
}

const askForPassword = () =>
  new GitHubError(401, "Invalid username or token. Password authentication is not supported for Git operations.", {
    headers: { "WWW-Authenticate": 'Basic realm="GitHub"' },
  });

/** The body as it was before the client compressed it. */
function bodyOf(request: FastifyRequest): Readable {
  const stream = request.body as Readable;
  return request.headers["content-encoding"] === "gzip" ? stream.pipe(createGunzip()) : stream;
}

const protocolOf = ({ headers }: FastifyRequest) =>
  z.string().optional().catch(undefined).parse(headers["git-protocol"]);

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** Runs `git upload-pack` for one request; a client that goes away ends it. */
function uploadPack(
  folder: string,
  request: FastifyRequest,
  reply: FastifyReply,
  args: readonly string[],
  input?: Readable,
): Readable {
  const settings = ["-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true"];
  const child = spawn("git", [...settings, "upload-pack", "--stateless-rpc", "--strict", ...args, folder], {
    env: { ...gitEnvironment, GIT_PROTOCOL: protocolOf(request) ?? "" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  reply.raw.once("close", () => child.kill());
  if (input === undefined) child.stdin.end();
  else input.on("error", () => child.kill()).pipe(child.stdin);
  return child.stdout;
}
