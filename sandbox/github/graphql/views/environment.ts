import type { Environment, Repository } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import { connection } from "../connection.ts";
import type { Page } from "../connection.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";

/** GraphQL's `Environment`. */
export const environmentView = (graph: Graph, _repository: Repository, environment: Environment): View => ({
  __typename: "Environment",
  id: nodeId("Environment", environment.id),
  databaseId: environment.id,
  name: environment.name,
  isPinned: false,
  pinnedPosition: null,
  protectionRules: (page: Page) =>
    connection("protectionRules", protectionRules(environment), page, (rule) => ruleView(graph, environment, rule)),
});

type ProtectionRule = "WAIT_TIMER" | "REQUIRED_REVIEWERS" | "BRANCH_POLICY";

const protectionRules = ({ waitTimer, reviewers, branchPolicy }: Environment): readonly ProtectionRule[] => [
  ...(waitTimer > 0 ? (["WAIT_TIMER"] as const) : []),
  ...(reviewers.length > 0 ? (["REQUIRED_REVIEWERS"] as const) : []),
  ...(branchPolicy !== null ? (["BRANCH_POLICY"] as const) : []),
];

const ruleView = (
  graph: Graph,
  { waitTimer, reviewers, preventSelfReview, ruleIds }: Environment,
  type: ProtectionRule,
) => ({
  databaseId: ruleIds[type === "WAIT_TIMER" ? 0 : type === "REQUIRED_REVIEWERS" ? 1 : 2],
  type,
  timeout: type === "WAIT_TIMER" ? waitTimer : 0,
  preventSelfReview: type === "REQUIRED_REVIEWERS" ? preventSelfReview : null,
  reviewers: (page: Page) =>
    connection("reviewers", type === "REQUIRED_REVIEWERS" ? reviewers : [], page, (reviewer) =>
      reviewer.type === "Team" ? graph.teamById(reviewer.id) : graph.userById(reviewer.id),
    ),
});
