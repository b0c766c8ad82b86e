import type { GitHubEvent } from "../events.ts";
import type { Store } from "../store.ts";

/** Events that are kept; they don't survive a restart. */
const kept = 500;

/** The last events of a stand-in. */
export class RecentEvents {
  readonly end: () => void;
  #events: GitHubEvent[] = [];

  constructor(store: Store) {
    this.end = store.events.on((event) => {
      this.#events = [...this.#events, event].slice(-kept);
    });
  }

  /** The newest first, of one repository or of all. */
  list(repositoryId: number | undefined, most: number): readonly GitHubEvent[] {
    const wanted = this.#events.filter(
      ({ repository }) => repositoryId === undefined || repository?.id === repositoryId,
    );
    return wanted.slice(-most).reverse();
  }
}

/** What an event was about, in a few words. */
export function eventWords({ name, action, payload }: GitHubEvent): string {
  const about = [payload["ref"], numberOf(payload["pull_request"] ?? payload["issue"]), nameOf(payload["check_run"])];
  return [name.replaceAll("_", " "), action?.replaceAll("_", " "), ...about]
    .filter((one) => typeof one === "string")
    .join(" ");
}

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

function numberOf(value: unknown): string | undefined {
  const number = member(value, "number");
  return typeof number === "number" ? `#${number}` : undefined;
}

function nameOf(value: unknown): string | undefined {
  const name = member(value, "name");
  return typeof name === "string" ? `“${name}”` : undefined;
}
