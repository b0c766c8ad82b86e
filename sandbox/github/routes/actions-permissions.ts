import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { conflict, unprocessable } from "../errors.ts";

const Permissions = z.object({
  enabled: z.boolean(),
  allowed_actions: z.enum(["all", "local_only", "selected"]).optional(),
  sha_pinning_required: z.boolean().optional(),
});

const Selected = z.object({
  github_owned_allowed: z.boolean().optional(),
  verified_allowed: z.boolean().optional(),
  patterns_allowed: z.array(z.string()).optional(),
});

const Workflow = z.object({
  default_workflow_permissions: z.enum(["read", "write"]).optional(),
  can_approve_pull_request_reviews: z.boolean().optional(),
});

const Access = z.object({ access_level: z.enum(["none", "user", "organization", "enterprise"]) });

const read = { role: "admin", permissions: ["administration=read"] } as const;
const write = { role: "admin", permissions: ["administration=write"] } as const;

/** Which actions a repository may run, what its workflows' token may do, and who may use its workflows. */
export function actionsPermissionRoutes(api: Api): void {
  const path = "/actions/permissions";
  api.repository("GET", path, read, ({ repository: { actionsSettings: settings }, url }) => ({
    enabled: settings.enabled,
    ...(settings.enabled ? { allowed_actions: settings.allowedActions } : {}),
    ...(settings.enabled && settings.allowedActions === "selected"
      ? { selected_actions_url: `${url}${path}/selected-actions` }
      : {}),
    sha_pinning_required: settings.shaPinningRequired,
  }));
  api.repository("PUT", path, write, (call) => {
    const { enabled, allowed_actions: allowed, sha_pinning_required: pinned } = call.body(Permissions);
    const { actionsSettings: settings } = call.repository;
    settings.enabled = enabled;
    settings.allowedActions = allowed ?? settings.allowedActions;
    settings.shaPinningRequired = pinned ?? settings.shaPinningRequired;
    call.save();
    return call.noContent();
  });

  const selecting = ({ repository: { actionsSettings } }: RepositoryCall) => {
    if (actionsSettings.allowedActions !== "selected") throw conflict("Conflict");
    return actionsSettings.selected;
  };
  api.repository("GET", `${path}/selected-actions`, read, (call) => {
    const { githubOwned, verified, patterns } = selecting(call);
    return { github_owned_allowed: githubOwned, verified_allowed: verified, patterns_allowed: patterns };
  });
  api.repository("PUT", `${path}/selected-actions`, write, (call) => {
    const wanted = call.body(Selected);
    const selected = selecting(call);
    selected.githubOwned = wanted.github_owned_allowed ?? selected.githubOwned;
    selected.verified = wanted.verified_allowed ?? selected.verified;
    selected.patterns = wanted.patterns_allowed ?? selected.patterns;
    call.save();
    return call.noContent();
  });

  api.repository("GET", `${path}/workflow`, read, ({ repository: { actionsSettings: settings } }) => ({
    default_workflow_permissions: settings.defaultWorkflowPermissions,
    can_approve_pull_request_reviews: settings.canApprovePullRequestReviews,
  }));
  api.repository("PUT", `${path}/workflow`, write, (call) => {
    const wanted = call.body(Workflow);
    const { actionsSettings: settings } = call.repository;
    settings.defaultWorkflowPermissions = wanted.default_workflow_permissions ?? settings.defaultWorkflowPermissions;
    settings.canApprovePullRequestReviews =
      wanted.can_approve_pull_request_reviews ?? settings.canApprovePullRequestReviews;
    call.save();
    return call.noContent();
  });

  const closed = ({ repository: { visibility, actionsSettings } }: RepositoryCall) => {
    if (visibility === "public")
      throw unprocessable("Access policy only applies to internal and private repositories.");
    return actionsSettings;
  };
  api.repository("GET", `${path}/access`, read, (call) => ({ access_level: closed(call).accessLevel }));
  api.repository("PUT", `${path}/access`, write, (call) => {
    const { access_level: level } = call.body(Access);
    closed(call).accessLevel = level;
    call.save();
    return call.noContent();
  });
}
