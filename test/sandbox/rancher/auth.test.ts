import assert from "node:assert/strict";

import { identify, identities, tokenOf } from "../../../sandbox/rancher/auth.ts";
import { config } from "./support.ts";

const { tokens } = config;
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("the tokens of the Rancher front", () => {
  it("are taken as bearer tokens and as basic authentication", () => {
    assert.equal(identify(tokens, `Bearer ${tokens.deployer}`), identities.deployer);
    assert.equal(identify(tokens, `bearer ${tokens.reader}`), identities.reader);
    assert.equal(identify(tokens, basic(tokens.deployer)), identities.deployer);
  });
  for (const wrong of [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    `Bearer ${tokens.deployer}x`,
    `Bearer ${tokens.deployer} x`,
    `Token ${tokens.deployer}`,
    tokens.deployer,
    basic("token-aaaaa:"),
    "Basic %%%",
  ])
    it(`are not recognised in ${JSON.stringify(wrong)}`, () => assert.equal(identify(tokens, wrong), undefined));
  it("let only the deployer write", () => {
    assert.ok(identities.deployer.writes);
    assert.ok(!identities.reader.writes);
  });
  it("keep everything after the first colon", () => assert.equal(tokenOf(basic("a:b:c")), "a:b:c"));
});
