import assert from "node:assert/strict";

import fc from "fast-check";

import {
  commit,
  entryOf,
  organizationOf,
  organizationProblemsOf,
  parsedOrganization,
} from "../support/organization.ts";
import { rawEntries, shuffled } from "../support/raw-entries.ts";

const names = "must be a name of letters, digits and underscores that does not begin with a digit, as GitHub says";
const plainName =
  "must be an image's name without folders and tag: lower-case letters and digits, with single dots, underscores or dashes between them";
const withEntry = (entry: unknown) => ({ repositories: [entry] });

describe("an entry of the list", () => {
  it("that is only a name gets every default", () => {
    assert.deepEqual(entryOf("JobRunner"), {
      name: "JobRunner",
      images: [{ name: "jobrunner", arguments: {} }],
      branches: { develop: "develop", release: "main" },
      checks: [],
      secrets: {},
      dependabotSecrets: {},
      variables: {},
      environments: {},
      protection: {
        mode: "active",
        approvals: 1,
        codeOwners: false,
        dismissStale: true,
        conversations: true,
        upToDate: false,
        bypass: [],
      },
      actions: undefined,
      package: {},
      retention: undefined,
      latest: "merge",
      attestations: false,
      buildSecrets: [],
      adopt: false,
    });
  });

  it("replaces keys of the defaults as a whole, and takes the others", () => {
    const defaults = {
      branches: { develop: "develop", release: "master" },
      protection: { approvals: 2, upToDate: true },
      retention: { days: 30 },
    };
    const { branches, protection, retention } = entryOf(
      { name: "web", branches: { release: "main" }, protection: { codeOwners: true } },
      { defaults },
    );
    assert.deepEqual(branches, { release: "main" });
    assert.deepEqual([protection.approvals, protection.upToDate, protection.codeOwners], [1, false, true]);
    assert.deepEqual(retention, { days: 30, keep: 0 });
  });

  it("has short forms that mean the long ones", () => {
    const short = entryOf(
      { name: "web", image: "site", images: ["extra"], checks: ["unit"], secrets: ["a"] },
      { secrets: { a: "x" } },
    );
    const long = entryOf(
      {
        name: "web",
        image: { name: "site" },
        images: [{ name: "extra" }],
        checks: [{ name: "unit", app: 15368 }],
        secrets: { A: "a" },
      },
      { secrets: { a: "x" } },
    );
    assert.deepEqual(short, long);
  });

  it("names secrets and variables in upper case, as GitHub keeps them", () => {
    const { secrets, variables, environments } = entryOf({
      name: "web",
      secrets: { token: "A" },
      variables: { Level: "debug" },
      environments: { prod: { secrets: { token: "B" }, variables: { level: "info" } } },
    });
    assert.deepEqual([secrets, variables], [{ TOKEN: "A" }, { LEVEL: "debug" }]);
    assert.deepEqual(
      [environments["prod"]?.secrets, environments["prod"]?.variables],
      [{ TOKEN: "B" }, { LEVEL: "info" }],
    );
  });

  it("may let a check be reported by another App, or by anybody", () =>
    assert.deepEqual(
      entryOf({
        name: "web",
        checks: [
          { name: "cov", app: 254 },
          { name: "jenkins", app: "any" },
        ],
      }).checks,
      [
        { name: "cov", app: 254 },
        { name: "jenkins", app: undefined },
      ],
    ));

  it("means the same whatever the order of its keys", () => {
    fc.assert(
      fc.property(rawEntries, fc.infiniteStream(fc.nat()), (raw, numbers) =>
        assert.deepEqual(entryOf(shuffled(raw, numbers)), entryOf(raw)),
      ),
    );
  });
});

describe("the stack github's configuration", () => {
  it("may be that of another GitHub and of an App", () => {
    const privateKey = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    const { url, credential } = organizationOf({
      github: { url: "https://github.example.org/" },
      githubToken: undefined,
      githubApp: { id: 12, installationId: "34", privateKey },
    });
    assert.equal(url, "https://github.example.org");
    assert.deepEqual(credential, { kind: "app", id: "12", installationId: "34", privateKey });
  });

  const wrong: readonly [what: string, changes: Readonly<Record<string, unknown>>, problems: readonly string[]][] = [
    [
      "an organization that can't be one",
      { organization: "k base" },
      [
        'organization is "k base", which must be the GitHub organization\'s name: letters, digits and single dashes, as in kbase',
      ],
    ],
    [
      "no credential",
      { githubToken: undefined },
      [
        "githubToken is missing, and so is githubApp; set one: pulumi config set --secret githubToken, or githubApp with id, installationId and privateKey",
      ],
    ],
    [
      "a workflow ref that is not a commit",
      { workflows: { repository: "kbase/drover", commit: "main" } },
      [
        'workflows.commit is "main", which must be a full commit, 40 digits 0-9, a-f: a branch or tag can be moved to other code',
      ],
    ],
    [
      "a GitHub whose address would show the token",
      { github: { url: "http://github.example.org" } },
      [
        'github.url is "http://github.example.org", which must be GitHub\'s address without a path, as in https://github.example.org; http is for this machine alone',
      ],
    ],
    [
      "two entries for one repository",
      { repositories: ["auth2", { name: "Auth2" }] },
      [
        'repositories[1].name is "Auth2", which repositories[0] is too (GitHub ignores upper and lower case): remove one',
      ],
    ],
    [
      "an image name that two entries share",
      { repositories: ["auth2", { name: "auth", image: "auth2" }] },
      [
        'repositories[1] (auth) would push the image "auth2-develop", which repositories[0] pushes: give one another image name',
      ],
    ],
    [
      "an image name that is another's develop channel",
      { repositories: [{ name: "a-develop", branches: { release: "main" } }, "a"] },
      [
        'repositories[1] (a) would push the image "a-develop", which repositories[0] pushes: give one another image name',
      ],
    ],
    [
      "an extra image with the name of the first",
      withEntry({ name: "a", images: ["a"] }),
      ['repositories[0] (a) would push the image "a-develop", which it pushes already: give one another image name'],
    ],
    [
      "image names that are none",
      withEntry({ name: "a", image: "A", images: ["b:latest"] }),
      [
        `repositories[0].image.name (a) is "A", which ${plainName}`,
        `repositories[0].images[0].name (a) is "b:latest", which ${plainName}`,
      ],
    ],
    [
      "a repository whose name can be no image's",
      withEntry(".github"),
      [
        "repositories[0].image (.github) is missing, and the repository's name \".github\" can be no image's: set image to a name of lower-case letters and digits, with single dots, underscores or dashes between them",
      ],
    ],
    [
      "names of repositories that are none",
      { repositories: ["kbase/auth2", ".."] },
      ["kbase/auth2", ".."].map(
        (name, index) =>
          `repositories[${String(index)}].name is "${name}", which must be a repository's name without its owner: letters, digits, dots, dashes and underscores`,
      ),
    ],
    [
      "no branches, one branch twice, and names that are none",
      {
        repositories: [
          { name: "a", branches: {} },
          { name: "b", branches: { develop: "main", release: "main" } },
          { name: "c", branches: { release: "a..b" } },
        ],
      },
      [
        'repositories[2].branches.release (c) is "a..b", which must be a branch\'s name of letters, digits, dots, dashes, underscores and slashes, as in main',
        "repositories[0].branches (a) needs develop, release or both",
        'repositories[1].branches.develop (b) is "main", and so is release: leave develop out where there is one branch',
      ],
    ],
    [
      "checks that are there twice, or ours",
      withEntry({ name: "a", checks: ["unit", "Unit", "pull-request / gate", "merge / build", "release"] }),
      [
        'repositories[0].checks[1] (a) is "Unit", which is there already: remove it',
        'repositories[0].checks[2] (a) is "pull-request / gate", which is required without being listed: remove it',
        ...["merge / build", "release"].map(
          (name, index) =>
            `repositories[0].checks[${String(index + 3)}] (a) is "${name}", a job of the image workflow, which does not run for every pull request; its "pull-request / gate" is required already: remove it, or rename the repository's own job`,
        ),
      ],
    ],
    [
      "secrets with names that GitHub refuses",
      {
        secrets: { A: "x" },
        ...withEntry({ name: "a", secrets: { GITHUB_TOKEN: "A", "1ST": "A", "A-B": "A", X: "A", x: "A" } }),
      },
      [
        "repositories[0].secrets.GITHUB_TOKEN (a) begins with GITHUB_, which GitHub keeps for itself: rename it",
        `repositories[0].secrets.1ST (a) ${names}`,
        `repositories[0].secrets.A-B (a) ${names}`,
        "repositories[0].secrets.x (a) is X too: GitHub ignores upper and lower case; remove one",
      ],
    ],
    [
      "secrets that the stack lacks",
      {
        secrets: { SLACK_WEBHOOK: "x" },
        ...withEntry({
          name: "a",
          secrets: ["SLACK_WEBHOK"],
          dependabotSecrets: ["NPM_TOKEN"],
          environments: { prod: { secrets: { TOKEN: "PROD_TOKEN" } } },
        }),
      },
      [
        "repositories[0].secrets.SLACK_WEBHOK (a) names a secret that drover:secrets lacks; did you mean SLACK_WEBHOOK?",
        "repositories[0].dependabotSecrets.NPM_TOKEN (a) names a secret that drover:secrets lacks; set it: pulumi config set --secret --path secrets.NPM_TOKEN",
        "repositories[0].environments.prod.secrets.TOKEN (a) names a secret that drover:secrets lacks; drover:secrets has SLACK_WEBHOOK",
      ],
    ],
    [
      "empty values",
      { secrets: { A: "" }, ...withEntry({ name: "a", variables: { B: "" } }) },
      [
        'repositories[0].variables.B (a) is "", which must not be empty: GitHub keeps no empty variables',
        "secrets.A must not be empty",
      ],
    ],
    [
      "build secrets that the repository does not get",
      { secrets: { A: "x", B: "x" }, ...withEntry({ name: "a", secrets: ["A"], buildSecrets: ["B"] }) },
      ['repositories[0].buildSecrets (a) names "B", which is none of the repository\'s secrets A: add it to secrets'],
    ],
    [
      "actors of unknown kinds",
      withEntry({
        name: "a",
        protection: { bypass: ["devops", "role:owner"] },
        environments: { prod: { reviewers: ["app:x"] } },
      }),
      [
        'repositories[0].environments.prod.reviewers[0] (a) is "app:x", which must be team:SLUG or user:LOGIN: GitHub knows no other reviewers',
        ...["devops", "role:owner"].map(
          (name, index) =>
            `repositories[0].protection.bypass[${String(index)}] (a) is "${name}", which must be team:SLUG, user:LOGIN, app:SLUG, role:write, role:maintain, role:admin, organization-admins or deploy-keys`,
        ),
      ],
    ],
    [
      "more than classic protection can",
      withEntry({ name: "a", protection: { mode: "classic", bypass: ["team:devops", "role:admin"] } }),
      [
        'repositories[0].protection.bypass[1] (a) is "role:admin", and classic protection lets only teams and users by: remove it, or use rulesets',
      ],
    ],
    [
      "environments that differ in upper and lower case",
      withEntry({ name: "a", environments: { prod: {}, Prod: {} } }),
      ["repositories[0].environments.Prod (a) is prod too: GitHub ignores upper and lower case; remove one"],
    ],
    [
      "text that GitHub would evaluate",
      withEntry({ name: "a", image: { arguments: { T: "${{ github.token }}" }, test: "echo ${{ github.ref }}" } }),
      [
        'repositories[0].image.arguments.T (a) is "${{ github.token }}", which may not have ${{, which GitHub would evaluate in the workflow file',
        'repositories[0].image.test (a) is "echo ${{ github.ref }}", which may not have ${{, which GitHub would evaluate in the workflow file',
      ],
    ],
    [
      "keys that there are not, with the ones that were meant",
      { ...withEntry({ name: "a", branch: {}, protection: { approval: 1 } }), defaults: { chekcs: [] } },
      [
        "defaults.chekcs is not a key; did you mean checks?",
        "repositories[0].protection.approval (a) is not a key; did you mean approvals?",
        "repositories[0].branch (a) is not a key; did you mean branches?",
      ],
    ],
    [
      "numbers out of range",
      withEntry({
        name: "a",
        protection: { approvals: 7 },
        retention: { days: 0 },
        environments: { x: { wait: 1.5 } },
      }),
      [
        "repositories[0].environments.x.wait (a) is 1.5, which must be how long a job waits in minutes, a whole number from 0 to 43200",
        "repositories[0].protection.approvals (a) is 7, which must be how many approvals a pull request needs, a whole number from 0 to 6",
        "repositories[0].retention.days (a) is 0, which must be for how many days a closed pull request's images stay, a whole number from 1 to 3650",
      ],
    ],
  ];
  for (const [what, changes, problems] of wrong)
    it(`may not have ${what}`, () => assert.deepEqual(organizationProblemsOf(changes), problems));

  it("has all its mistakes reported at once, in the schema and between keys", () => {
    const problems = organizationProblemsOf({
      organisation: "kbase",
      repositories: ["auth2", "auth2", { name: "a b", checks: ["x", "x"] }],
    });
    assert.equal(problems.length, 4);
  });

  it("must have its secrets encrypted", () => {
    const changes = { secrets: { A: "plain", B: "plain" } };
    assert.deepEqual(
      organizationProblemsOf(changes, []),
      ["githubToken", "secrets.A", "secrets.B"].map(
        (key) => `${key} must be encrypted; set it anew: pulumi config set --secret --path '${key}'`,
      ),
    );
  });

  it("never shows a secret, wherever it was put", () => {
    const problems = [
      { githubToken: "hush hush" },
      { githubApp: "hush" },
      { githubApp: { id: 1, installationId: 2, privateKey: "hush" } },
      { secrets: "hush" },
      { secrets: { "A-B": "hush" } },
      withEntry({ name: "a", secrets: { TOKEN: "hush-9!" } }),
      withEntry({ name: "a", secrets: { TOKEN: "hush9" } }),
      withEntry({ name: "a", dependabotSecrets: "hush" }),
      withEntry({ name: "a", environments: { prod: { secrets: { T: "hush" } } } }),
    ].flatMap((changes) => organizationProblemsOf({ workflows: { repository: "a/b", commit }, ...changes }));
    assert.ok(problems.length >= 9);
    assert.doesNotMatch(problems.join("\n"), /hush/);
  });

  it("is taken without problems for any right entry", () => {
    fc.assert(
      fc.property(rawEntries, (raw) => {
        const secrets = { A: "1", B: "2", C: "3" };
        assert.deepEqual(parsedOrganization({ secrets, repositories: [raw] }).problems, []);
      }),
    );
  });
});
