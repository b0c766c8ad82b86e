import { authorize, callerRole } from "../access.ts";
import type { Requirement } from "../access.ts";
import type { Caller } from "../caller.ts";
import { GitHubError } from "../errors.ts";
import type { Repository, Role, User } from "../model.ts";
import type { Store } from "../store.ts";
import { fullName } from "../urls.ts";
import type { View } from "./execute.ts";
import { Problem } from "./problem.ts";
import { appView, organizationView, teamView, userView } from "./views/accounts.ts";
import { repositoryView } from "./views/repository.ts";

/** What one request to the GraphQL API sees: everything that its viewer may see. */
export class Graph {
  readonly store: Store;
  readonly caller: Caller;
  readonly viewer: User;
  readonly #origin: string;
  readonly #roles = new Map<number, Role | undefined>();

  /** @param origin `http://host:port`, as the client addresses the stand-in */
  constructor(store: Store, caller: Caller, viewer: User, origin: string) {
    this.store = store;
    this.caller = caller;
    this.viewer = viewer;
    this.#origin = origin;
  }

  /** The address of a page. */
  url(path: string): string {
    return `${this.#origin}${path}`;
  }

  /** What the viewer may do on a repository; undefined is nothing, not even see it. */
  roleOf(repository: Repository): Role | undefined {
    if (!this.#roles.has(repository.id))
      this.#roles.set(repository.id, callerRole(this.store, this.caller, repository));
    return this.#roles.get(repository.id);
  }

  sees(repository: Repository): boolean {
    return this.roleOf(repository) !== undefined;
  }

  /** A repository that the viewer sees, in any letter case, by its name or one that it had before. */
  visibleRepository(owner: string, name: string): Repository | undefined {
    const repository = this.store.repository(owner, name) ?? this.store.formerly(owner, name);
    return repository !== undefined && this.sees(repository) ? repository : undefined;
  }

  /**
   * Lets the viewer change a repository.
   * @param mutation its name, for the error
   * @throws Problem FORBIDDEN in GitHub's words
   */
  authorize(repository: Repository, requirement: Requirement, mutation: string): void {
    try {
      authorize(this.store, this.caller, repository, requirement, true);
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      if (error.message.startsWith("Resource not accessible") || error.message.startsWith("Repository was archived"))
        throw new Problem("FORBIDDEN", error.message);
      const name = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`;
      throw new Problem(
        "FORBIDDEN",
        `${this.viewer.login} does not have the correct permissions to execute \`${name}\``,
      );
    }
  }

  /** `OWNER/NAME` */
  fullName(repository: Repository): string {
    return fullName(this.store, repository);
  }

  repository(repository: Repository): View | null {
    return this.sees(repository) ? repositoryView(this, repository) : null;
  }

  /** The organization or user of an id; null where it is gone. */
  owner(id: number): View | null {
    const organization = this.store.organizationById(id);
    return organization === undefined ? this.userById(id) : organizationView(this, organization);
  }

  userById(id: number): View | null {
    const user = this.store.userById(id);
    return user === undefined ? null : userView(this, user);
  }

  teamById(id: number | null): View | null {
    const team = this.store.accounts.teams.find((one) => one.id === id);
    return team === undefined ? null : teamView(this, team);
  }

  appById(id: number | null): View | null {
    const app = this.store.accounts.apps.find((one) => one.id === id);
    return app === undefined ? null : appView(this, app);
  }
}
