import { selectImages } from "../components/environment-images.ts";
import type { AppImage } from "../components/environment-images.ts";
import { exposed, parseConfig, readConfig } from "./config.ts";
import type { ConfigKind, ConfigProblem, RawConfig } from "./config.ts";
import { environmentSchema } from "./environment-schema.ts";
import type { EnvironmentConfig } from "./environment-schema.ts";

/** What an environment's stack works from. */
export interface Environment extends EnvironmentConfig {
  readonly selected: ReadonlyMap<string, AppImage>;
}

const kind: ConfigKind<EnvironmentConfig> = {
  schema: environmentSchema,
  secretPath: /^(?!quota\.)((rancherToken|apps)$|registries([.[]|$)|(.*\.)?(secrets|password)([.[]|$))/,
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
  const { value, problems } = parseConfig(kind, config);
  if (value === undefined) return { problems };
  const { images, problems: unknownImages } = selectImages(value);
  return {
    environment: { ...value, selected: images },
    problems: [...unknownImages, ...exposedSecrets(value, secretKeys)],
  };
}

/** Values that belong encrypted and are not. */
function exposedSecrets(environment: EnvironmentConfig, secretKeys: ReadonlySet<string>): ConfigProblem[] {
  return [
    ...(secretKeys.has("rancherToken") ? [] : [exposed("rancherToken")]),
    ...(secretKeys.has("apps")
      ? []
      : Object.entries(environment.apps).flatMap(([app, { secrets }]) =>
          Object.keys(secrets).map((name) => exposed(`apps.${app}.secrets.${name}`)),
        )),
    ...(secretKeys.has("registries")
      ? []
      : Object.entries(environment.registries).flatMap(([host, { password }]) =>
          password === undefined ? [] : [exposed(`registries["${host}"].password`)],
        )),
  ];
}
