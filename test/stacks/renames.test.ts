import assert from "node:assert/strict";

import { Memory, resourceName } from "../../stacks/organization-memory.ts";
import { namesOf } from "../../stacks/renames.ts";
import type { EntryNames } from "../../stacks/renames.ts";
import { organizationOf } from "../support/organization.ts";

/** What entries are called, whose repositories have these ids, after an update that knew others. */
const names = (
  entries: Readonly<Record<string, number>>,
  before: Readonly<Record<string, { id?: number; resource?: string }>>,
): Record<string, EntryNames> => {
  const ids = new Map(Object.entries(entries).map(([name, id]) => [name, { id }]));
  const organization = organizationOf({ repositories: Object.keys(entries) });
  return Object.fromEntries(namesOf(organization, ids, Memory.parse({ repositories: before })));
};

describe("an entry's resources", () => {
  const cases: readonly [
    string,
    Readonly<Record<string, number>>,
    Readonly<Record<string, { id?: number; resource?: string }>>,
    Record<string, EntryNames>,
  ][] = [
    ["are called as the repository", { web: 1 }, {}, { web: { resource: "web" } }],
    ["keep that name", { web: 1 }, { web: { id: 1, resource: "web" } }, { web: { resource: "web" } }],
    [
      "keep it when the repository is renamed",
      { site: 1, api: 2 },
      { web: { id: 1, resource: "web" }, api: { id: 2, resource: "api" } },
      { site: { resource: "web", former: "web" }, api: { resource: "api" } },
    ],
    ["keep it ever after", { site: 1 }, { site: { id: 1, resource: "web" } }, { site: { resource: "web" } }],
    [
      "keep it when the repository is renamed again",
      { place: 1 },
      { site: { id: 1, resource: "web" } },
      { place: { resource: "web", former: "site" } },
    ],
    [
      "of a new repository leave a renamed one its name",
      { web: 9, site: 1 },
      { site: { id: 1, resource: "web" } },
      { web: { resource: "web.9" }, site: { resource: "web" } },
    ],
    [
      "of such a one keep theirs too",
      { web: 9, site: 1 },
      { site: { id: 1, resource: "web" }, web: { id: 9, resource: "web.9" } },
      { web: { resource: "web.9" }, site: { resource: "web" } },
    ],
    [
      "are new where another repository took the place of one that is gone",
      { site: 5 },
      { web: { id: 1, resource: "web" } },
      { site: { resource: "site" } },
    ],
    [
      "are new where the old name is still in the list",
      { web: 1, site: 1 },
      { web: { id: 1, resource: "web" } },
      { web: { resource: "web" }, site: { resource: "site" } },
    ],
    [
      "are called as the repository where ids are not remembered",
      { site: 1 },
      { web: {} },
      { site: { resource: "site" } },
    ],
  ];
  for (const [what, entries, before, expected] of cases)
    it(what, () => assert.deepEqual(names(entries, before), expected));

  it("are known from memory alone where nothing was renamed", () => {
    const memory = Memory.parse({ repositories: { site: { id: 1, resource: "web" } } });
    assert.equal(resourceName(memory, "site"), "web");
    assert.equal(resourceName(memory, "new"), "new");
  });
});
