import { gateCheck, reusableWorkflows } from "../../components/reusable-workflows.ts";
import { ofEachPlace } from "./reading.ts";
import type { Rule } from "./reading.ts";

const branchesApart = ofEachPlace(({ branches }, report) => {
  if (branches === undefined) return;
  if (branches.develop === undefined && branches.release === undefined)
    report(["branches"], "needs develop, release or both");
  else if (branches.develop === branches.release)
    report(
      ["branches", "develop"],
      `is "${branches.develop ?? ""}", and so is release: leave develop out where there is one branch`,
    );
});

const checksApart = ofEachPlace(({ checks }, report) => {
  const taken = new Set<string>();
  for (const [index, { name }] of checks.entries()) {
    const key = name.toLowerCase();
    const [job = ""] = key.split(" / ");
    if (name !== "" && taken.has(key)) report(["checks", index], `is "${name}", which is there already: remove it`);
    else if (key === gateCheck)
      report(["checks", index], `is "${name}", which is required without being listed: remove it`);
    else if (Object.hasOwn(reusableWorkflows, job))
      report(
        ["checks", index],
        `is "${name}", a job of the image workflow, which does not run for every pull request; its "${gateCheck}" is required already: remove it, or rename the repository's own job`,
      );
    taken.add(key);
  }
});

const classicActors = ofEachPlace(({ protection }, report) => {
  if (protection?.mode !== "classic") return;
  for (const [index, name] of protection.bypass.entries())
    if (name !== "" && !/^(?:team|user):/.test(name))
      report(
        ["protection", "bypass", index],
        `is "${name}", and classic protection lets only teams and users by: remove it, or use rulesets`,
      );
});

/** Rules about branches and what protects them. */
export const branchRules: readonly Rule[] = [branchesApart, checksApart, classicActors];
