import type { FastifyInstance } from "fastify";
import * as z from "zod";

import { GitHubError } from "../errors.ts";
import type { Package } from "../packages/model.ts";
import type { Packages } from "../packages/packages.ts";
import { changePackage } from "../packages/settings-routes.ts";
import { settingsPage } from "../packages/views.ts";
import type { Store } from "../store.ts";
import { html } from "./html.ts";
import { packagePage } from "./package-page.ts";
import { addPage, isFromHere, isLocal, missing, Params, show } from "./serve.ts";
import type { Page } from "./serve.ts";

const Settings = z.object({
  visibility: z.enum(["public", "private"]),
  repository: z.string(),
  inheritsAccess: z.enum(["yes", "no"]),
  accessRepository: z.string(),
  accessRole: z.enum(["none", "read", "write", "admin"]),
  token: z.string().default(""),
});

/** Who may change a package's settings on its page: undefined is everybody who reaches it. */
export type IsAdministrator = ((token: string) => boolean) | undefined;

/** Pages of packages, with the form for what GitHub has no API for. */
export function packagePages(
  app: FastifyInstance,
  store: Store,
  packages: Packages,
  isAdministrator: IsAdministrator,
): void {
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, parsed) =>
    parsed(null, Object.fromEntries(new URLSearchParams(body.toString()))),
  );
  const find = ({ owner: login = "", name = "" }: Readonly<Params>) => {
    const owner = store.owner(login);
    const one = owner === undefined ? undefined : packages.find(owner.id, name);
    return owner === undefined || one === undefined ? undefined : { owner, one };
  };
  for (const kind of ["orgs", "users"]) {
    for (const rest of ["package/:name", ":name/settings"])
      addPage(app, `/${kind}/:owner/packages/container/${rest}`, (params) => {
        const found = find(params);
        if (found === undefined) return undefined;
        const { owner, one } = found;
        const seen = { one, versions: packages.versions(one) };
        return {
          title: one.name,
          way: [{ text: owner.login, path: `/${owner.login}` }],
          body: packagePage(store, owner, seen, isAdministrator !== undefined),
        };
      });
    app.post(`/${kind}/:owner/packages/container/:name/settings`, { config: { page: true } }, (request, reply) => {
      const found = find(Params.parse(request.params));
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
}

const refusal = (why: string): Page => ({ title: "Not changed", way: [], body: html`<p>${why}</p>` });

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
