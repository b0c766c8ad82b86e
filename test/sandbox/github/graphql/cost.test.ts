import assert from "node:assert/strict";

import fc from "fast-check";
import { getOperationAST, parse } from "graphql";

import { queryCost } from "../../../../sandbox/github/graphql/cost.ts";

const cost = (query: string, variables: Record<string, unknown> = {}) => {
  const document = parse(query);
  const operation = getOperationAST(document);
  assert.ok(operation);
  return queryCost(document, operation, variables);
};

describe("the cost of a GraphQL query", () => {
  const table: readonly [
    name: string,
    query: string,
    variables: Record<string, unknown>,
    points: number,
    nodes: number,
  ][] = [
    ["without a connection is 1", "{ viewer { login } }", {}, 1, 0],
    [
      "is that of GitHub's own example",
      `{ viewer { login repositories(first: 100) { edges { node { id
         issues(first: 50) { edges { node { id labels(first: 60) { edges { node { id name } } } } } } } } } } }`,
      {},
      51,
      100 + 100 * 50 + 100 * 50 * 60,
    ],
    [
      "takes sizes from variables",
      "query($n: Int!) { viewer { repositories(first: $n) { totalCount } } }",
      { n: 7 },
      1,
      7,
    ],
    ["takes a variable's default", "query($n: Int = 9) { viewer { repositories(last: $n) { totalCount } } }", {}, 1, 9],
    [
      "follows fragments",
      `{ viewer { repositories(first: 10) { nodes { ...r } } } } fragment r on Repository { labels(first: 3) { totalCount } }`,
      {},
      1,
      40,
    ],
  ];
  for (const [name, query, variables, points, nodes] of table)
    it(name, () => assert.deepEqual(cost(query, variables), { points, nodes }));

  it("of aliases is the sum of theirs", () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const fields = sizes.map((size, index) => `a${index}: repositories(first: ${size}) { totalCount }`);
        assert.equal(
          cost(`{ viewer { ${fields.join(" ")} } }`).nodes,
          sizes.reduce((sum, size) => sum + size, 0),
        );
      }),
    ));
});
