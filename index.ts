import * as pulumi from "@pulumi/pulumi";

/**
 * Pulumi's entry point: runs the selected stack and returns its outputs. The stack `github` is the organization, every other one an
 * environment; each loads only the providers' packages that it needs.
 */
export default async function run(): Promise<object> {
  if (pulumi.getStack() === "github") return (await import("./stacks/organization.ts")).organizationStack();
  return (await import("./stacks/environment.ts")).environmentStack();
}
