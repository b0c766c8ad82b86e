import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { isSecret, plain, register, revealed, unknown } from "./mocks.ts";

class Thing extends pulumi.CustomResource {
  declare readonly answer: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { answer: undefined, ...inputs }, opts);
  }
}

class Group extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, opts);
  }
}

class Provider extends pulumi.ProviderResource {
  constructor(name: string) {
    super("test", name, {});
  }
}

const boom = (): never => {
  throw new Error("boom");
};

describe("a program under mocks", () => {
  const failures: readonly [string, () => unknown][] = [
    ["that throws", boom],
    ["that rejects", () => Promise.reject(new Error("boom"))],
    ["that throws after it declared something", () => (new Thing("a", {}), boom())],
    ["whose apply throws", () => void pulumi.output(1).apply(boom)],
    ["whose apply rejects", () => void pulumi.output(1).apply(() => Promise.reject(new Error("boom")))],
    ["whose resource's output fails in an apply", () => new Thing("a", {}).id.apply(boom)],
    ["whose resource's input fails", () => new Thing("a", { x: pulumi.output(1).apply(boom) })],
    ["whose component's output fails", () => new Group("a").urn.apply(boom)],
    ["that leaves a promise behind that rejects", () => void Promise.resolve().then(boom)],
  ];
  for (const [what, program] of failures) it(`${what} fails`, () => assert.rejects(register(program), /boom$/));

  it("that calls a function without an answer fails", () =>
    assert.rejects(
      register(() => pulumi.runtime.invoke("test:index:get", {})),
      { message: "the mocks have no answer for test:index:get" },
    ));

  it("that calls a function whose answer is an error fails", () =>
    assert.rejects(
      register(() => pulumi.runtime.invoke("test:index:get", {}), { functions: { "test:index:get": boom } }),
      { message: "boom" },
    ));

  it("that gives two resources one name fails, as the engine would", () =>
    assert.rejects(
      register(() => {
        for (const parent of [new Group("a"), new Group("b")]) new Thing("same", {}, { parent });
      }),
      { message: "the program has two resources test:index:Thing::same" },
    ));

  it("that failed leaves nothing to the next one", async () => {
    await assert.rejects(register(() => (new Thing("left", {}), boom())));
    const { resources } = await register(() => {
      new Thing("a", {});
    });
    assert.deepEqual([...resources.keys()], ["test:index:Thing::a"]);
  });
});

describe("a resource under mocks", () => {
  it("is seen with its inputs, and with secrets as such", async () => {
    const { resources } = await register(() => {
      new Thing("a", { plain: "x", hidden: pulumi.secret("y"), nested: [{ hidden: pulumi.secret({ z: 1 }) }] });
    });
    const inputs = resources.get("test:index:Thing::a")?.inputs;
    assert.deepEqual([...resources.keys()], ["test:index:Thing::a"]);
    assert.equal(isSecret(inputs?.["plain"]), false);
    assert.equal(revealed(inputs?.["hidden"]), "y");
    assert.throws(() => revealed(inputs?.["plain"]), { message: 'not a secret: "x"' });
    assert.deepEqual(plain(inputs), { plain: "x", hidden: "y", nested: [{ hidden: { z: 1 } }] });
  });

  it("has ids and names that are known in an update, and not in a preview", async () => {
    const program = () => {
      const made = new Thing("a", { metadata: { labels: {} } });
      new Thing("b", {
        ref: made.id,
        answer: made.answer,
        hidden: pulumi.secret(made.id),
        url: pulumi.interpolate`/${made.id}`,
      });
    };
    const inputsOf = async (preview: boolean) =>
      plain((await register(program, { preview })).resources.get("test:index:Thing::b")?.inputs);
    assert.deepEqual(await inputsOf(false), { ref: "a-id", hidden: "a-id", url: "/a-id" });
    assert.deepEqual(await inputsOf(true), { ref: unknown, answer: unknown, hidden: unknown, url: unknown });
  });

  it("is seen with parent, provider, and what it waits for", async () => {
    const { resources } = await register(() => {
      const provider = new Provider("p");
      const group = new Group("g", { providers: { test: provider } });
      const a = new Thing("a", {}, { parent: group });
      const b = new Thing("b", { x: a.id });
      new Thing("c", {}, { parent: b, dependsOn: [b], provider });
    });
    const seen = [...resources.values()].map(({ name, parent, provider, dependencies }) => [
      name,
      { parent, provider, dependencies },
    ]);
    assert.deepEqual(Object.fromEntries(seen), {
      p: { parent: "", provider: "", dependencies: [] },
      g: { parent: "", provider: "", dependencies: [] },
      a: { parent: "test:index:Group::g", provider: "pulumi:providers:test::p", dependencies: [] },
      b: { parent: "", provider: "", dependencies: ["test:index:Thing::a"] },
      c: {
        parent: "test:index:Thing::b",
        provider: "pulumi:providers:test::p",
        dependencies: ["test:index:Thing::b"],
      },
    });
  });

  const hook = () => new pulumi.ResourceHook("hook", () => undefined);
  const options: readonly [string, () => pulumi.CustomResourceOptions, object][] = [
    ["none", () => ({}), {}],
    ["none that are off", () => ({ protect: false, retainOnDelete: false, deleteBeforeReplace: false }), {}],
    ["protect", () => ({ protect: true }), { protect: true }],
    ["its component's protect", () => ({ parent: new Group("g", { protect: true }) }), { protect: true }],
    ["retainOnDelete", () => ({ retainOnDelete: true }), { retainOnDelete: true }],
    ["deleteBeforeReplace", () => ({ deleteBeforeReplace: true }), { deleteBeforeReplace: true }],
    ["import", () => ({ import: "x:y" }), { import: "x:y" }],
    ["ignoreChanges", () => ({ ignoreChanges: ["x"] }), { ignoreChanges: ["x"] }],
    ["replaceOnChanges", () => ({ replaceOnChanges: ["x"] }), { replaceOnChanges: ["x"] }],
    ["deletedWith", () => ({ deletedWith: new Group("g") }), { deletedWith: "test:index:Group::g" }],
    ["hooks", () => ({ hooks: { beforeUpdate: [hook()] } }), { hooks: { beforeUpdate: ["hook"] } }],
  ];
  for (const [what, make, expected] of options)
    it(`is seen with the option ${what}`, async () => {
      const { resources } = await register(() => {
        new Thing("a", {}, make());
      });
      assert.deepEqual(resources.get("test:index:Thing::a")?.options, expected);
    });
});
