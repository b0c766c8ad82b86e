import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { isSecret, plain, register, revealed } from "./mocks.ts";

class Thing extends pulumi.CustomResource {
  constructor(name: string, inputs: pulumi.Inputs) {
    super("test:index:Thing", name, inputs);
  }
}

describe("a program under mocks", () => {
  const failures: readonly [string, () => unknown][] = [
    [
      "that throws",
      () => {
        throw new Error("boom");
      },
    ],
    ["that rejects", () => Promise.reject(new Error("boom"))],
    [
      "whose apply throws",
      () => {
        pulumi.output(1).apply(() => {
          throw new Error("boom");
        });
      },
    ],
    [
      "whose apply rejects",
      () => {
        pulumi.output(1).apply(() => Promise.reject(new Error("boom")));
      },
    ],
    [
      "whose resource's input fails",
      () => {
        new Thing("a", {
          x: pulumi.output(1).apply((): string => {
            throw new Error("boom");
          }),
        });
      },
    ],
  ];
  for (const [what, program] of failures) it(`${what} fails`, () => assert.rejects(register(program), /boom$/));

  it("that calls a function without an answer fails", () =>
    assert.rejects(
      register(() => pulumi.runtime.invoke("test:index:get", {})),
      { message: "the mocks have no answer for test:index:get" },
    ));

  it("is seen with every resource and with secrets as such", async () => {
    const { resources } = await register(() => {
      new Thing("a", { plain: "x", hidden: pulumi.secret("y") });
    });
    const inputs = resources.get("test:index:Thing::a")?.inputs;
    assert.deepEqual([...resources.keys()], ["test:index:Thing::a"]);
    assert.equal(isSecret(inputs?.["plain"]), false);
    assert.equal(revealed(inputs?.["hidden"]), "y");
    assert.throws(() => revealed(inputs?.["plain"]), { message: 'not a secret: "x"' });
    assert.deepEqual(plain(inputs), { plain: "x", hidden: "y" });
  });
});
