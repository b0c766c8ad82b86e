import assert from "node:assert/strict";

import fc from "fast-check";

import {
  Secret,
  containsSecret,
  containsUnknown,
  decode,
  decodeStruct,
  encodeStruct,
  revealedMap,
  unknown,
} from "../../../sandbox/plugins/shared/values.ts";
import type { ValueMap } from "../../../sandbox/plugins/shared/values.ts";

const { properties } = fc.letrec<{ value: ValueMap[string]; properties: ValueMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, unknown),
    fc.integer(),
    fc.string(),
    tie("value").map((value) => new Secret(value)),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("properties"),
  ),
  properties: fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    tie("value"),
    { maxKeys: 4, noNullPrototype: true },
  ),
}));

describe("the plugins' property values", () => {
  it("come back as they were sent", () => {
    fc.assert(
      fc.property(properties, (map) => {
        assert.deepEqual(decodeStruct(encodeStruct(map)), map);
      }),
    );
  });

  it("are unknown for each of the engine's marks", () => {
    assert.deepEqual(decode(["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"]), [
      unknown,
      unknown,
    ]);
  });

  it("lose their secrets when revealed, and only then", () => {
    const map = { a: new Secret({ b: [new Secret("x")] }), c: unknown } as const;
    assert.ok(containsSecret({ ...map }));
    assert.ok(containsUnknown({ ...map }));
    assert.deepEqual(revealedMap({ ...map }), { a: { b: ["x"] }, c: unknown });
  });

  it("are refused where only the official plugins know them", () => {
    assert.throws(() => decode({ "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17" }), {
      message: "assets, archives and references are not understood by this stand-in plugin",
    });
  });
});
