import assert from "node:assert/strict";

import { GraphQLObjectType } from "graphql";

import { Graph } from "../../../../sandbox/github/graphql/graph.ts";
import { mutationView } from "../../../../sandbox/github/graphql/mutations/all.ts";
import { queryView } from "../../../../sandbox/github/graphql/query.ts";
import { githubSchema } from "../../../../sandbox/github/graphql/schema.ts";
import { StandIn } from "../stand-in.ts";

/** The members of a view that its type in GitHub's schema does not have; objects below it are looked at too. */
async function strangers(type: string, view: object, depth: number, found: Set<string>): Promise<void> {
  const schema = githubSchema().getType(type);
  assert.ok(schema instanceof GraphQLObjectType, `${type} is an object type`);
  const fields = schema.getFields();
  for (const [name, member] of Object.entries(view)) {
    if (name !== "__typename" && !(name in fields)) found.add(`${type}.${name}`);
    if (depth === 0 || typeof member !== "function" || (fields[name]?.args.length ?? 1) > 0) continue;
    const value: unknown = await (member as () => unknown)();
    const below: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "__typename") : undefined;
    if (typeof below === "string") await strangers(below, value as object, depth - 1, found);
  }
}

describe("the views of the GraphQL API", () => {
  let github: StandIn;
  before(async () => void (github = await StandIn.start()));
  after(() => github.close());

  it("have no member that GitHub's schema does not have", async () => {
    const repository = await github.repository("auth2");
    const viewer = github.store.user("olga");
    assert.ok(viewer);
    const graph = new Graph(github.store, { user: viewer }, viewer, github.origin);
    const found = new Set<string>();
    const rate = { limit: 1, remaining: 1, used: 0, reset: 0 };
    const query = Object.entries(queryView(graph, { points: 1, nodes: 0 }, rate));
    // It is the query itself.
    await strangers("Query", Object.fromEntries(query.filter(([name]) => name !== "relay")), 3, found);
    await strangers("Mutation", mutationView(graph), 0, found);
    await strangers("Repository", graph.repository(repository) ?? {}, 3, found);
    assert.deepEqual([...found], []);
  });
});
