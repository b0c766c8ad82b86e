import type { FastifyInstance } from "fastify";

import type { Repository } from "../model.ts";
import type { Package } from "../packages/model.ts";
import type { Packages } from "../packages/packages.ts";
import type { Store } from "../store.ts";
import { fileTable, fileText, placeOf } from "./files-page.ts";
import { html } from "./html.ts";
import type { Crumb } from "./layout.ts";
import { homePage, organizationPage } from "./organization-page.ts";
import type { SeenPackage } from "./organization-page.ts";
import { packagePages } from "./package-routes.ts";
import type { IsAdministrator } from "./package-routes.ts";
import { commitPage, pullPage } from "./pull-page.ts";
import { RecentEvents } from "./recent-events.ts";
import { repositoryPage } from "./repository-page.ts";
import { addPage } from "./serve.ts";
import type { Page, Params } from "./serve.ts";

/** What the pages need besides the store. */
export interface PageOptions {
  readonly packages: Packages;
  /** Whether a token is the administrator's; undefined where none is asked for. */
  readonly isAdministrator: IsAdministrator;
}

/** Events on a page. */
const shownEvents = 30;

/** Pages for people: organizations, repositories, files, pull requests, packages. Server-rendered; they need no script. */
export function pageRoutes(root: FastifyInstance, store: Store, { packages, isAdministrator }: PageOptions): void {
  const events = new RecentEvents(store);
  root.addHook("onClose", () => events.end());
  void root.register((app, _options, done) => {
    const seen = (one: Package): SeenPackage => ({ one, versions: packages.versions(one) });
    const ofRepository = (
      path: string,
      make: (repository: Repository, params: Readonly<Params>) => Promise<Page | undefined>,
    ) =>
      addPage(app, `/:owner/:repo${path}`, ({ owner = "", repo = "", ...params }) => {
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

    addPage(app, "/", () => ({ title: "Organizations", way: [], body: homePage(store) }));
    addPage(app, "/:owner", ({ owner = "" }) => {
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

    packagePages(app, store, packages, isAdministrator);
    done();
  });
}
