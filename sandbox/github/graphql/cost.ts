import { Kind } from "graphql";
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from "graphql";

/** What a query costs by GitHub's rules (docs.github.com, "Rate limits and query limits for the GraphQL API"). */
export interface Cost {
  /** Points of the primary limit: the requests that its connections stand for, by hundreds, at least 1. */
  readonly points: number;
  /** The most nodes that the answer can have; GitHub refuses more than 500,000. */
  readonly nodes: number;
}

/** More nodes than this are refused before anything is looked up. */
export const nodeLimit = 500_000;

/** Computes the cost of an operation; every connection is taken as full. */
export function queryCost(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const values: Record<string, unknown> = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
    values[variable.name.value] =
      variables[variable.name.value] ?? (defaultValue && "value" in defaultValue ? defaultValue.value : undefined);
  const sizeOf = (field: FieldNode): number | undefined => {
    for (const { name, value } of field.arguments ?? []) {
      if (name.value !== "first" && name.value !== "last") continue;
      const given =
        value.kind === Kind.VARIABLE ? values[value.name.value] : "value" in value ? value.value : undefined;
      const size = Number(given);
      if (Number.isInteger(size)) return size;
    }
    return undefined;
  };
  let requests = 0;
  let nodes = 0;
  const visit = (set: SelectionSetNode | undefined, times: number): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        visit(fragments.get(selection.name.value)?.selectionSet, times);
        continue;
      }
      const size = selection.kind === Kind.FIELD ? sizeOf(selection) : undefined;
      if (size !== undefined) {
        requests += times;
        nodes += times * size;
      }
      visit(selection.selectionSet, times * (size ?? 1));
    }
  };
  visit(operation.selectionSet, 1);
  return { points: Math.max(1, Math.round(requests / 100)), nodes };
}
