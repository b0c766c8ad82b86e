import type { Organization } from "./organization-config.ts";
import { resourceName } from "./organization-memory.ts";
import type { Memory } from "./organization-memory.ts";

/** What an entry's resources are called. */
export interface EntryNames {
  /** The name of the resources. It stays when the repository is renamed on GitHub, so that they are changed and not made anew. */
  readonly resource: string;
  /** The name that the entry had in the last update, where it has another now. */
  readonly former?: string;
}

/**
 * Finds entries whose repositories were renamed on GitHub: the last update knew the id under a name that the list has no more.
 * Aliases would say the same to the engine, which fails on them while it refreshes.
 *
 * @param ids ids of the repositories, by the entry's name
 */
export function namesOf(
  { repositories }: Pick<Organization, "repositories">,
  ids: ReadonlyMap<string, { readonly id: number }>,
  memory: Memory,
): Map<string, EntryNames> {
  const listed = new Set(repositories.map(({ name }) => name));
  const formerOf = (name: string) => {
    const id = ids.get(name)?.id;
    if (id === undefined || Object.hasOwn(memory.repositories, name)) return undefined;
    return Object.entries(memory.repositories).find(([other, known]) => known.id === id && !listed.has(other))?.[0];
  };
  const known = repositories.map(({ name }) => {
    const former = formerOf(name);
    return { name, former, resource: resourceName(memory, former ?? name) };
  });
  const taken = new Map(
    known.filter(({ name, resource }) => name !== resource).map(({ name, resource }) => [resource, name]),
  );
  return new Map(
    known.map(({ name, former, resource }) => [
      name,
      {
        // A new repository may have the name under which another one was onboarded.
        resource: (taken.get(resource) ?? name) === name ? resource : `${resource}.${String(ids.get(name)?.id ?? 0)}`,
        ...(former === undefined ? {} : { former }),
      },
    ]),
  );
}
