import { endSandbox } from "../support/sandbox.ts";

after(async function () {
  this.timeout(120_000);
  await endSandbox();
});
