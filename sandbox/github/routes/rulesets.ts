import * as z from "zod";

import { callerRole, includesRole } from "../access.ts";
import { hasPermission } from "../permissions.ts";
import { actorOf } from "../actor.ts";
import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { GitHubError, notFound, unprocessable, validationFailed } from "../errors.ts";
import { BypassActor, Rule } from "../model.ts";
import type { Ruleset } from "../model.ts";
import { notify } from "../notify.ts";
import { activeRulesets } from "../rules/applicable.ts";
import { checkBypassActors, checkRules } from "../rules/validate.ts";
import { fullName } from "../urls.ts";
import { ruleView, rulesetView, shortRuleset } from "../views/ruleset.ts";

const Patterns = z.array(z.string());
const NewRuleset = z.object({ name: z.string().min(1), enforcement: z.enum(["disabled", "active", "evaluate"]) });

const Change = NewRuleset.partial().extend({
  target: z.enum(["branch", "tag", "push"]).optional(),
  bypass_actors: z.array(BypassActor).nullish(),
  conditions: z
    .object({ ref_name: z.object({ include: Patterns.default([]), exclude: Patterns.default([]) }).optional() })
    .optional(),
  rules: z.array(Rule).nullish(),
});
type Change = z.infer<typeof Change>;

const read = {} as const;
const write = { role: "admin", permissions: ["administration=write"] } as const;

/** Rulesets of a repository, and the rules that they make for a branch. Rulesets of organizations are not here. */
export function rulesetRoutes(api: Api): void {
  const { store } = api;
  const viewerOf = ({ caller }: RepositoryCall) =>
    caller.user === undefined ? undefined : actorOf(caller, caller.user);
  const view = (call: RepositoryCall, ruleset: Ruleset) => {
    const changes =
      includesRole(callerRole(store, call.caller, call.repository), "admin") &&
      call.caller.token !== undefined &&
      hasPermission(call.caller, ["administration=write"]);
    return rulesetView(store, call.urls, call.repository, ruleset, viewerOf(call), changes);
  };
  const find = (call: RepositoryCall) => {
    const ruleset = call.repository.rulesets.find(({ id }) => id === call.id("ruleset_id"));
    if (ruleset === undefined) throw notFound();
    return ruleset;
  };
  const tell = (call: RepositoryCall, action: string, ruleset: Ruleset) =>
    notify(store, call.repository, call.user(), ["repository_ruleset", action], (urls) => ({
      repository_ruleset: rulesetView(store, urls, call.repository, ruleset, viewerOf(call), true),
    }));

  api.repository("GET", "/rulesets", read, (call) => {
    affordable(call);
    const targets = call.query("targets")?.split(",");
    const rulesets = call.repository.rulesets.filter(({ target }) => targets?.includes(target) !== false);
    return call.page(rulesets).items.map((ruleset) => shortRuleset(store, call.urls, call.repository, ruleset));
  });
  api.repository("GET", "/rulesets/:ruleset_id", read, (call) => view(call, find(call)));
  api.repository("POST", "/rulesets", write, (call) => {
    const now = store.clock.now();
    const ruleset: Ruleset = {
      id: store.nextId(),
      name: "",
      target: "branch",
      enforcement: "active",
      bypassActors: [],
      refName: { include: [], exclude: [] },
      rules: [],
      createdAt: now,
      updatedAt: now,
    };
    apply(call, ruleset, call.body(Change.extend(NewRuleset.shape)));
    call.repository.rulesets.push(ruleset);
    call.save();
    tell(call, "created", ruleset);
    return call.created(view(call, ruleset));
  });
  api.repository("PUT", "/rulesets/:ruleset_id", write, (call) => {
    const ruleset = find(call);
    apply(call, ruleset, call.body(Change));
    call.save();
    tell(call, "edited", ruleset);
    return view(call, ruleset);
  });
  api.repository("DELETE", "/rulesets/:ruleset_id", write, (call) => {
    const { rulesets } = call.repository;
    const ruleset = find(call);
    rulesets.splice(rulesets.indexOf(ruleset), 1);
    call.save();
    tell(call, "deleted", ruleset);
    return call.noContent();
  });
  api.repository("GET", "/rules/branches/*", read, (call) => {
    const rules = activeRulesets(call.repository, `refs/heads/${call.param("*")}`).flatMap((ruleset) =>
      ruleset.rules.map((rule) => ({
        ...ruleView(rule),
        ruleset_source_type: "Repository",
        ruleset_source: fullName(store, call.repository),
        ruleset_id: ruleset.id,
      })),
    );
    return call.page(rules).items;
  });
}

/** Private repositories of a free plan have no rulesets. */
function affordable({ store, repository }: RepositoryCall): void {
  const plan = store.organizationById(repository.ownerId)?.plan ?? "free";
  if (plan === "free" && repository.visibility !== "public")
    throw new GitHubError(403, "Upgrade to GitHub Pro or make this repository public to enable this feature.");
}

/** Checks what a request wants of a ruleset, then sets it; keys that it lacks stay as they are. */
function apply(call: RepositoryCall, ruleset: Ruleset, change: Change): void {
  const { store, repository } = call;
  affordable(call);
  const next: Ruleset = {
    ...ruleset,
    name: change.name ?? ruleset.name,
    target: change.target ?? ruleset.target,
    enforcement: change.enforcement ?? ruleset.enforcement,
    bypassActors: (change.bypass_actors ?? ruleset.bypassActors).map((actor) =>
      actor.actor_type === "OrganizationAdmin" ? { ...actor, actor_id: 1 } : actor,
    ),
    refName: change.conditions?.ref_name ?? ruleset.refName,
    rules: change.rules ?? ruleset.rules,
    updatedAt: store.clock.now(),
  };
  if (repository.rulesets.some((one) => one.id !== ruleset.id && one.name.toLowerCase() === next.name.toLowerCase()))
    throw validationFailed("Name must be unique");
  if (next.enforcement === "evaluate" && store.organizationById(repository.ownerId)?.plan !== "enterprise")
    throw validationFailed("Enforcement evaluate is not available on this plan: it takes GitHub Enterprise");
  const prefix = next.target === "tag" ? "refs/tags/" : "refs/heads/";
  const patterns = [...next.refName.include, ...next.refName.exclude];
  const wrong = patterns.find(
    (pattern) => pattern !== "~ALL" && pattern !== "~DEFAULT_BRANCH" && !pattern.startsWith(prefix),
  );
  if (wrong !== undefined && next.target !== "push")
    throw unprocessable("Validation Failed", `Invalid target patterns: '${wrong}'`);
  checkBypassActors(store, repository, next.bypassActors);
  checkRules(store, next.target, next.rules);
  Object.assign(ruleset, next);
}
