import { selectImages } from "../components/environment-images.ts";
import type { AppImage } from "../components/environment-images.ts";
import type { GitHubAccess } from "../components/github-access.ts";
import { parseConfig, readConfig } from "./config.ts";
import type { ConfigKind, ConfigProblem, RawConfig } from "./config.ts";
import { problemsBetweenKeys } from "./environment-rules.ts";
import { environmentSchema } from "./environment-schema.ts";
import type { EnvironmentConfig } from "./environment-schema.ts";
import { credentialOf } from "./github-schema.ts";

/** What an environment's stack works from. */
export interface Environment extends EnvironmentConfig {
  readonly selected: ReadonlyMap<string, AppImage>;
  /** GitHub, where deployments are recorded; not there where the configuration has no credential for it. */
  readonly records?: GitHubAccess;
}

const kind: ConfigKind<EnvironmentConfig> = {
  schema: environmentSchema,
  secretPath:
    /^(?!quota\.)((rancherToken|apps)$|(registries|githubToken|githubApp)([.[]|$)|(.*\.)?(secrets|password)([.[]|$))/,
};

/**
 * Reads the configuration of a stack that is an environment.
 *
 * @throws RunError that lists everything that is wrong with it, each with key, value, rule and fix
 */
export const readEnvironment = (): Environment =>
  readConfig((config, secretKeys) => {
    const { environment, problems } = parseEnvironment(config, secretKeys);
    return { ...(environment === undefined ? {} : { value: environment }), problems };
  });

/** Checks the configuration of an environment. Pure. */
export function parseEnvironment(
  config: RawConfig,
  secretKeys: ReadonlySet<string>,
): { environment?: Environment; problems: readonly ConfigProblem[] } {
  const { value, raw, problems: wrongValues } = parseConfig(kind, config);
  const problems = [...wrongValues, ...problemsBetweenKeys(raw, secretKeys)];
  if (value === undefined) return { problems };
  const credential = credentialOf(value);
  const records = credential && { records: { url: value.github?.url, credential } };
  return { environment: { ...value, selected: selectImages(value).images, ...records }, problems };
}
