import assert from "node:assert/strict";

import { permissionProblems } from "../../../stacks/reading/app-permissions.ts";
import { appPermissions as all, entryOf } from "../../support/organization.ts";

const everything = entryOf({
  name: "web",
  secrets: ["A"],
  dependabotSecrets: ["A"],
  variables: { LEVEL: "info" },
  environments: { prod: { reviewers: ["team:devops"], secrets: ["A"] } },
});
const least = { administration: "write", contents: "write", workflows: "write", metadata: "read" };
const lacking = (entry: typeof everything, granted: object | undefined) =>
  permissionProblems([entry], granted === undefined ? undefined : { ...granted }).map(
    (line) => /lacks the permission (.*), which/u.exec(line)?.[1],
  );

describe("the permissions of an App", () => {
  it("are enough where all are given, and where nobody knows them", () => {
    assert.deepEqual(lacking(everything, all), []);
    assert.deepEqual(lacking(everything, undefined), []);
  });

  it("need not be more than what entries need", () => assert.deepEqual(lacking(entryOf({ name: "web" }), least), []));

  for (const [name, title] of Object.entries({
    administration: "Administration: Read and write",
    contents: "Contents: Read and write",
    workflows: "Workflows: Read and write",
    secrets: "Secrets: Read and write",
    dependabot_secrets: "Dependabot secrets: Read and write",
    actions_variables: "Variables: Read and write",
    environments: "Environments: Read and write",
    actions: "Actions: Read-only",
    members: "Members (of the organization): Read-only",
  }))
    it(`lack ${name} where it is missing or too little`, () => {
      const { [name]: level, ...others }: Record<string, string> = all;
      assert.deepEqual(lacking(everything, others), [title]);
      if (level === "write") assert.deepEqual(lacking(everything, { ...others, [name]: "read" }), [title]);
    });

  it("are said with the fix", () =>
    assert.deepEqual(permissionProblems([entryOf({ name: "web" })], { ...least, contents: "read" }), [
      "The App (drover:githubApp) lacks the permission Contents: Read and write, which the workflow file needs; " +
        "give it in the App's settings, and let an owner of the organization accept it",
    ]));
});
