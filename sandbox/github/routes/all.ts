import type { Api } from "../api.ts";
import { accountRoutes } from "./accounts.ts";
import { actionsPermissionRoutes } from "./actions-permissions.ts";
import { appRoutes } from "./apps.ts";
import { branchRoutes } from "./branches.ts";
import { checkSuiteRoutes } from "./check-suites.ts";
import { checkRoutes } from "./checks.ts";
import { collaboratorRoutes } from "./collaborators.ts";
import { commitRoutes } from "./commits.ts";
import { contentRoutes } from "./contents.ts";
import { deploymentStatusRoutes } from "./deployment-statuses.ts";
import { deploymentRoutes } from "./deployments.ts";
import { dispatchRoutes } from "./dispatches.ts";
import { environmentRoutes } from "./environments.ts";
import { forkRoutes } from "./forks.ts";
import { gitDataRoutes } from "./git-data.ts";
import { labelRoutes } from "./labels.ts";
import { commentRoutes } from "./issue-comments.ts";
import { issueRoutes } from "./issues.ts";
import { metaRoutes } from "./meta.ts";
import { pendingDeploymentRoutes } from "./pending-deployments.ts";
import { pullRoutes } from "./pulls.ts";
import { refRoutes } from "./refs.ts";
import { releaseRoutes } from "./releases.ts";
import { repositoryRoutes } from "./repositories.ts";
import { reviewRoutes } from "./reviews.ts";
import { rulesetRoutes } from "./rulesets.ts";
import { secretRoutes } from "./secrets.ts";
import { securityRoutes } from "./security.ts";
import { statusRoutes } from "./statuses.ts";
import { teamRoutes } from "./teams.ts";
import { variableRoutes } from "./variables.ts";

/** A family of routes of the REST API. */
export type Family = (api: Api) => void;

/** The REST API, family by family. */
export const families: readonly Family[] = [
  metaRoutes,
  accountRoutes,
  appRoutes,
  teamRoutes,
  repositoryRoutes,
  forkRoutes,
  collaboratorRoutes,
  branchRoutes,
  refRoutes,
  gitDataRoutes,
  contentRoutes,
  commitRoutes,
  secretRoutes,
  variableRoutes,
  environmentRoutes,
  pendingDeploymentRoutes,
  actionsPermissionRoutes,
  securityRoutes,
  rulesetRoutes,
  labelRoutes,
  pullRoutes,
  reviewRoutes,
  issueRoutes,
  commentRoutes,
  checkRoutes,
  checkSuiteRoutes,
  statusRoutes,
  deploymentRoutes,
  deploymentStatusRoutes,
  dispatchRoutes,
  releaseRoutes,
];
