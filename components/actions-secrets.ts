import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

import type { Onboarding } from "./onboarding.ts";
import { momentOf, secretKey } from "./secret-changes.ts";
import type { SecretMemory, SecretStore } from "./secret-changes.ts";

/** Secrets and variables of a repository and of its environments. */
export interface ActionsSecretsArgs {
  readonly repository: string;
  readonly entry: Pick<Onboarding, "secrets" | "dependabotSecrets" | "variables" | "environments">;
  /** The stack's named values. */
  readonly values: Readonly<Record<string, string>>;
  /** By `secretKey`: a text that changes when a secret is to be written again although its value is the same. */
  readonly triggers: ReadonlyMap<string, string>;
  /** Variables that the repository has already: they are adopted. */
  readonly existingVariables: ReadonlySet<string>;
  /** The environments that have secrets and variables. */
  readonly after: readonly pulumi.Resource[];
}

type Options = pulumi.CustomResourceOptions;

/**
 * Writes secrets and variables. Values go from the configuration to GitHub as Pulumi secrets, and GitHub gives none back; what it tells is
 * when a secret was written, which is kept for the next update.
 */
export class ActionsSecrets extends pulumi.ComponentResource {
  /** By `secretKey`: what to remember of each secret. */
  readonly memory: pulumi.Output<Record<string, SecretMemory>>;
  readonly #name: string;
  readonly #args: ActionsSecretsArgs;
  readonly #written = new Map<string, pulumi.Output<SecretMemory>>();

  constructor(name: string, args: ActionsSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("drover:index:ActionsSecrets", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const { repository, entry } = args;
    this.#secrets("actions", entry.secrets, (key, given, options) => new github.ActionsSecret(key, given, options));
    this.#secrets(
      "dependabot",
      entry.dependabotSecrets,
      (key, given, options) => new github.DependabotSecret(key, given, options),
    );
    for (const [environment, { secrets, variables }] of Object.entries(entry.environments)) {
      this.#secrets(
        `environments/${environment}`,
        secrets,
        (key, given, options) => new github.ActionsEnvironmentSecret(key, { ...given, environment }, options),
      );
      for (const [variableName, value] of Object.entries(variables))
        new github.ActionsEnvironmentVariable(
          `${name}/${environment}/${variableName}`,
          { repository, environment, variableName, value },
          { parent: this, dependsOn: [...args.after], deleteBeforeReplace: true },
        );
    }
    for (const [variableName, value] of Object.entries(entry.variables))
      new github.ActionsVariable(
        `${name}/${variableName}`,
        { repository, variableName, value },
        {
          parent: this,
          deleteBeforeReplace: true,
          ...(args.existingVariables.has(variableName) ? { import: `${repository}:${variableName}` } : {}),
        },
      );
    this.memory = pulumi.output(Object.fromEntries(this.#written));
    this.registerOutputs();
  }

  /** Secrets of one store: GitHub's name to the name of the value. */
  #secrets(
    store: SecretStore,
    names: Readonly<Record<string, string>>,
    make: (
      key: string,
      given: { repository: string; secretName: string; value: pulumi.Output<string> },
      options: Options,
    ) => { readonly updatedAt: pulumi.Output<string> },
  ): void {
    const { repository, values, triggers, after } = this.#args;
    for (const [secretName, source] of Object.entries(names)) {
      const key = secretKey(this.#name, store, secretName);
      const trigger = triggers.get(key) ?? "";
      // No input of a secret but its value makes the provider write it, and the engine forgets a replacement trigger while it refreshes.
      const marker = new pulumi.Stash(
        key,
        { input: trigger },
        { parent: this, replaceOnChanges: ["input"], deleteBeforeReplace: true },
      );
      const secret = make(
        key,
        { repository, secretName, value: pulumi.secret(values[source] ?? "") },
        // Otherwise the replacement would be written first, and then deleted.
        { parent: this, dependsOn: [...after], replaceWith: [marker], deleteBeforeReplace: true },
      );
      this.#written.set(
        key,
        secret.updatedAt.apply((date) => ({ written: momentOf(date), ...(trigger === "" ? {} : { trigger }) })),
      );
    }
  }
}
