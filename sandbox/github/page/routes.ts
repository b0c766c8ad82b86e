import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

import { GitHubError } from "../errors.ts";
import type { Organization, Repository, User } from "../model.ts";
import type { Package } from "../packages/model.ts";
import type { Packages } from "../packages/packages.ts";
import { changePackage } from "../packages/settings-routes.ts";
import { settingsPage } from "../packages/views.ts";
import type { Store } from "../store.ts";
import { fileTable, fileText, placeOf } from "./files-page.ts";
import { html } from "./html.ts";
import type { Content } from "./html.ts";
import { document, pageHeaders } from "./layout.ts";
import type { Crumb } from "./layout.ts";
import { homePage, organizationPage } from "./organization-page.ts";
import type { SeenPackage } from "./organization-page.ts";
import { packagePage } from "./package-page.ts";
import { commitPage, pullPage } from "./pull-page.ts";
import { RecentEvents } from "./recent-events.ts";
import { repositoryPage } from "./repository-page.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Set on pages for people: nothing of GitHub's API. */
    page?: true;
  }
}

/** What the pages need besides the store. */
export interface PageOptions {
  readonly packages: Packages;
  /** Whether a token is the administrator's; undefined where none is asked for. */
  readonly isAdministrator: ((token: string) => boolean) | undefined;
}

interface Page {
  readonly title: string;
  readonly way: readonly Crumb[];
  readonly body: Content;
}

const Params = z.record(z.string(), z.string());

const Settings = z.object({
  visibility: z.enum(["public", "private"]),
  repository: z.string(),
  inheritsAccess: z.enum(["yes", "no"]),
  accessRepository: z.string(),
  accessRole: z.enum(["none", "read", "write", "admin"]),
  token: z.string().default(""),
});

/** Events on a page. */
const shownEvents = 30;

/** Pages for people: organizations, repositories, files, pull requests, packages. Server-rendered; they need no script. */
export function pageRoutes(root: FastifyInstance, store: Store, { packages, isAdministrator }: PageOptions): void {
  const events = new RecentEvents(store);
  root.addHook("onClose", () => events.end());
  void root.register((app, _options, done) => {
    app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, parsed) =>
      parsed(null, Object.fromEntries(new URLSearchParams(body.toString()))),
    );
    const seen = (one: Package): SeenPackage => ({ one, versions: packages.versions(one) });
    const page = (
      path: string,
      make: (params: Readonly<Record<string, string>>) => Page | undefined | Promise<Page | undefined>,
    ) =>
      app.get(path, { config: { page: true } }, async (request, reply) => {
        if (!isForPerson(request)) {
          reply.callNotFound();
          return reply;
        }
        const made = isLocal(request) ? await make(Params.parse(request.params)) : undefined;
        return show(reply, made === undefined ? 404 : 200, made ?? missing);
      });
    const ofRepository = (
      path: string,
      make: (repository: Repository, params: Readonly<Record<string, string>>) => Promise<Page | undefined>,
    ) =>
      page(`/:owner/:repo${path}`, ({ owner = "", repo = "", ...params }) => {
        const repository = store.repository(owner, repo);
        return repository === undefined ? undefined : make(repository, params);
      });
    const way = ({ ownerId, name }: Repository): Crumb[] => {
      const login = store.loginOf(ownerId);
      return [
        { text: login, path: `/${login}` },
        { text: name, path: `/${login}/${name}` },
      ];
    };

    page("/", () => ({ title: "Organizations", way: [], body: homePage(store) }));
    page("/:owner", ({ owner = "" }) => {
      const organization = store.organization(owner);
      if (organization === undefined) return undefined;
      const own = packages.list(organization.id).map(seen);
      const happened = events.list(undefined, shownEvents);
      return {
        title: organization.name ?? organization.login,
        way: [],
        body: organizationPage(store, organization, own, happened),
      };
    });
    ofRepository("", async (repository) => {
      const own = packages.list(repository.ownerId).filter(({ repositoryId }) => repositoryId === repository.id);
      const body = await repositoryPage(store, repository, own.map(seen), events.list(repository.id, shownEvents));
      return { title: repository.name, way: way(repository).slice(0, 1), body };
    });
    ofRepository("/tree/*", async (repository, { "*": address = "" }) => {
      const place = await placeOf(store, repository, address);
      if (place === undefined) return undefined;
      const body = await fileTable(store, repository, place.ref, place.path);
      return { title: place.path === "" ? place.ref : place.path, way: way(repository), body };
    });
    ofRepository("/blob/*", async (repository, { "*": address = "" }) => {
      const place = await placeOf(store, repository, address);
      const body = place === undefined ? undefined : await fileText(store, repository, place);
      if (place === undefined || body === undefined) return undefined;
      return {
        title: place.path,
        way: way(repository),
        body: html`<p class="quiet">on ${place.ref}</p>
          ${body}`,
      };
    });
    ofRepository("/commit/:sha", async (repository, { sha = "" }) => {
      const body = await commitPage(store, repository, sha);
      return body === undefined ? undefined : { title: `Commit ${sha.slice(0, 7)}`, way: way(repository), body };
    });
    ofRepository("/pull/:number", async (repository, { number = "" }) => {
      const issue = repository.issues.find((one) => String(one.number) === number);
      const body = issue === undefined ? undefined : await pullPage(store, repository, issue);
      if (issue === undefined || body === undefined) return undefined;
      return { title: `#${issue.number} ${issue.title}`, way: way(repository), body };
    });

    const findPackage = (login: string, name: string) => {
      const owner = store.owner(login);
      const one = owner === undefined ? undefined : packages.find(owner.id, name);
      return owner === undefined || one === undefined ? undefined : { owner, one };
    };
    const showPackage = (owner: Organization | User, one: Package): Page => ({
      title: one.name,
      way: [{ text: owner.login, path: `/${owner.login}` }],
      body: packagePage(store, owner, seen(one), isAdministrator !== undefined),
    });
    for (const kind of ["orgs", "users"]) {
      for (const rest of ["package/:name", ":name/settings"])
        page(`/${kind}/:owner/packages/container/${rest}`, ({ owner = "", name = "" }) => {
          const found = findPackage(owner, name);
          return found && showPackage(found.owner, found.one);
        });
      app.post(`/${kind}/:owner/packages/container/:name/settings`, { config: { page: true } }, (request, reply) => {
        const { owner = "", name = "" } = Params.parse(request.params);
        const found = findPackage(owner, name);
        const wanted = Settings.safeParse(request.body);
        if (found === undefined || !isLocal(request)) return show(reply, 404, missing);
        if (!wanted.success || !isFromHere(request)) return show(reply, 400, refusal("This form is not ours."));
        if (isAdministrator?.(wanted.data.token) === false)
          return show(reply, 403, refusal("That is not the administrator’s token."));
        try {
          change(store, packages, found.one, wanted.data);
        } catch (error) {
          if (!(error instanceof GitHubError)) throw error;
          return show(reply, 422, refusal(error.message));
        }
        return reply.redirect(settingsPage(found.owner, found.one.name), 303);
      });
    }
    done();
  });
}

const missing: Page = { title: "Not found", way: [], body: html`<p>There is nothing here.</p>` };

const refusal = (why: string): Page => ({ title: "Not changed", way: [], body: html`<p>${why}</p>` });

const show = (reply: FastifyReply, status: number, { title, way, body }: Page) =>
  reply
    .code(status)
    .headers(pageHeaders)
    .send(document(title, way, body));

/** Browsers ask for HTML; clients of the API don't, and what they don't find is said in JSON. */
const isForPerson = ({ headers }: FastifyRequest) => headers.accept?.includes("text/html") === true;

/** Whether a page was asked for by a name of this machine: another name could be a stranger's that points here. */
const isLocal = ({ hostname }: FastifyRequest) => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u.test(hostname);

/** Whether a form was sent by a page of ours. */
const isFromHere = ({ headers, protocol, host }: FastifyRequest) =>
  headers.origin === `${protocol}://${host}` && (headers["sec-fetch-site"] ?? "same-origin") === "same-origin";

/** Applies the form for a package's settings. */
function change(store: Store, packages: Packages, one: Package, form: z.infer<typeof Settings>): void {
  const access = Object.fromEntries(
    one.actionsAccess.map(({ repositoryId, role }) => [store.repositoryById(repositoryId)?.name ?? "", role]),
  );
  const others = Object.entries(access).filter(([name]) => name !== "" && name !== form.accessRepository);
  const added =
    form.accessRepository === "" || form.accessRole === "none"
      ? []
      : [[form.accessRepository, form.accessRole] as const];
  changePackage(store, packages, one, {
    visibility: form.visibility,
    repository: form.repository === "" ? null : form.repository,
    inheritsAccess: form.inheritsAccess === "yes",
    actionsAccess: Object.fromEntries([...others, ...added]),
  });
}
