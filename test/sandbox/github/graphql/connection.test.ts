import assert from "node:assert/strict";

import fc from "fast-check";

import { connection } from "../../../../sandbox/github/graphql/connection.ts";
import type { Connection } from "../../../../sandbox/github/graphql/connection.ts";
import { Problem } from "../../../../sandbox/github/graphql/problem.ts";

const same = (item: number) => item;

describe("a GraphQL connection", () => {
  it("that is paged through forwards or backwards gives every item once, in order", () =>
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 50 }), fc.integer({ min: 1, max: 20 }), (items, size) => {
        const forwards: number[] = [];
        for (let after: string | null = null, more = true; more;) {
          const page: Connection<number> = connection("refs", items, { first: size, after }, same);
          forwards.push(...page.nodes);
          after = page.pageInfo.endCursor;
          more = page.pageInfo.hasNextPage;
        }
        assert.deepEqual(forwards, items);
        const backwards: number[] = [];
        for (let before: string | null = null, more = true; more;) {
          const page: Connection<number> = connection("refs", items, { last: size, before }, same);
          backwards.unshift(...page.nodes);
          before = page.pageInfo.startCursor;
          more = page.pageInfo.hasPreviousPage;
        }
        assert.deepEqual(backwards, items);
      }),
    ));

  const refused: readonly [page: object, type: string, message: string][] = [
    [
      {},
      "MISSING_PAGINATION_BOUNDARIES",
      "You must provide a `first` or `last` value to properly paginate the `refs` connection.",
    ],
    [
      { first: 101 },
      "EXCESSIVE_PAGINATION",
      "Requesting 101 records on the `refs` connection exceeds the `first` limit of 100 records.",
    ],
    [{ last: -1 }, "EXCESSIVE_PAGINATION", "`last` on the `refs` connection cannot be less than zero."],
    [
      { first: 1, after: "MQ==" },
      "INVALID_CURSOR_ARGUMENTS",
      "`MQ==` does not appear to be a valid cursor for `after`.",
    ],
  ];
  for (const [page, type, message] of refused)
    it(`refuses ${JSON.stringify(page)} with ${type}`, () =>
      assert.throws(
        () => connection("refs", [1, 2], page, same),
        (error) => error instanceof Problem && error.type === type && error.message === message,
      ));
});
