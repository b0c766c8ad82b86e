import type { Label, Repository } from "../../model.ts";
import { nodeId } from "../../node-id.ts";
import type { View } from "../execute.ts";
import type { Graph } from "../graph.ts";

/** GraphQL's `Label`. */
export function labelView(graph: Graph, repository: Repository, label: Label): View {
  const resourcePath = `/${graph.fullName(repository)}/labels/${encodeURIComponent(label.name)}`;
  return {
    __typename: "Label",
    id: nodeId("Label", label.id),
    name: label.name,
    color: label.color,
    description: label.description,
    isDefault: label.default,
    resourcePath,
    url: graph.url(resourcePath),
    repository: () => graph.repository(repository),
  };
}
