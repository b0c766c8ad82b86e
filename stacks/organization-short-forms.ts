/**
 * Makes the long form of every short one: a repository, an image or a check that is only a name, and secrets that are only names.
 * What has another form than these it leaves to the schema.
 */
export function normalizeOrganization(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { defaults, repositories } = raw;
  return {
    ...raw,
    ...(defaults === undefined ? {} : { defaults: normalizedEntry(defaults) }),
    ...(Array.isArray(repositories) ? { repositories: repositories.map(named).map(normalizedEntry) } : {}),
  };
}

const named = (item: unknown): unknown => (typeof item === "string" ? { name: item } : item);
const each = (change: (item: unknown) => unknown) => (list: unknown) => (Array.isArray(list) ? list.map(change) : list);
const mapped = (names: unknown): unknown =>
  Array.isArray(names) && names.every((name) => typeof name === "string")
    ? Object.fromEntries(names.map((name) => [name, name]))
    : names;

const normalizedEntry = (item: unknown) =>
  changed(item, {
    image: named,
    images: each(named),
    checks: each(named),
    secrets: mapped,
    dependabotSecrets: mapped,
    environments: (all) => eachValue(all, (one) => changed(one, { secrets: mapped })),
  });

/** An object with some of its members changed; anything else as it is. */
function changed(item: unknown, changes: Readonly<Record<string, (value: unknown) => unknown>>): unknown {
  return isObject(item)
    ? Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, changes[key]?.(inner) ?? inner]))
    : item;
}

const eachValue = (item: unknown, change: (value: unknown) => unknown): unknown =>
  isObject(item) ? Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, change(inner)])) : item;

const isObject = (item: unknown): item is object => typeof item === "object" && item !== null && !Array.isArray(item);
