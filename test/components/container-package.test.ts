import assert from "node:assert/strict";

import { packageReports } from "../../components/container-package.ts";
import type { PackageContext, PackageFacts } from "../../components/container-package.ts";
import { entryOf } from "../support/organization.ts";

const context = (packages: PackageContext["packages"], visibility = "public"): PackageContext => ({
  web: "https://github.com",
  organization: "kbase",
  visibility,
  packages,
});
const fact = (name: string, changes: Partial<PackageFacts> = {}): PackageFacts => ({
  name,
  visibility: "public",
  repository: "web",
  ...changes,
});
const settings = "https://github.com/orgs/kbase/packages/container/web/settings";
const trunk = (more: object = {}) => entryOf({ name: "web", branches: { release: "main" }, ...more });

describe("a container package", () => {
  it("is ok where it is as visible as its repository, and linked to it", () =>
    assert.deepEqual(packageReports(trunk(), context([fact("web"), fact("other", { repository: "other" })])), [
      { name: "web", state: "ok", todo: [] },
    ]));

  it("is linked whatever upper and lower case GitHub writes", () =>
    assert.equal(packageReports(trunk(), context([fact("web", { repository: "Web" })]))[0]?.state, "ok"));

  it("that nobody pushed yet needs nothing", () =>
    assert.deepEqual(packageReports(entryOf("web"), context([])), [
      { name: "web-develop", state: "not pushed yet", todo: [] },
      { name: "web", state: "not pushed yet", todo: [] },
    ]));

  it("is unknown where the token may not see packages", () =>
    assert.deepEqual(packageReports(trunk(), context(undefined)), [{ name: "web", state: "unknown", todo: [] }]));

  const cases: readonly [string, object, Partial<PackageFacts>, string, string[]][] = [
    [
      "that is private for a public repository is made public by hand",
      {},
      { visibility: "private" },
      "public",
      [`package web is private: open ${settings}, "Danger Zone", "Change visibility", Public`],
    ],
    [
      "that is public for a private repository is made private by hand",
      {},
      {},
      "private",
      [`package web is public: open ${settings}, "Danger Zone", "Change visibility", Private`],
    ],
    [
      "is as visible as the entry says",
      { package: { visibility: "internal" } },
      {},
      "public",
      [`package web is public: open ${settings}, "Danger Zone", "Change visibility", Internal`],
    ],
    [
      "of another repository must be opened to the workflow",
      {},
      { repository: "old-web" },
      "public",
      [
        `package web belongs to the repository old-web, so that web's workflow can't push it: open ${settings}, "Manage Actions access", "Add repository", web, role Write`,
      ],
    ],
    [
      "of no repository is connected and opened to the workflow",
      {},
      { repository: undefined },
      "public",
      [
        `package web belongs to no repository, so that web's workflow can't push it: open ${settings}, "Manage Actions access", "Add repository", web, role Write; and "Connect repository" on https://github.com/orgs/kbase/packages/container/package/web`,
      ],
    ],
  ];
  for (const [what, entry, facts, visibility, todo] of cases)
    it(what, () =>
      assert.deepEqual(packageReports(trunk(entry), context([fact("web", facts)], visibility)), [
        { name: "web", state: "mismatch", todo },
      ]),
    );
});
