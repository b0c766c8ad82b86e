import type { Caller } from "./caller.ts";
import type { App, User } from "./model.ts";

/** Who changes something: the user, and the App on whose behalf. Rules know both. */
export interface Actor {
  readonly user: User;
  readonly app?: App;
  /** Whether its token may write below `.github/workflows`. */
  readonly workflows: boolean;
}

/** Whether a token may write workflow files: scope `workflow`, or the permission `workflows`. */
const writesWorkflows = ({ token }: Caller): boolean =>
  token === undefined ||
  (token.kind === "classic" ? token.scopes.includes("workflow") : token.permissions["workflows"] === "write");

/** A caller as an actor. */
export const actorOf = (caller: Caller, user: User): Actor => ({
  user,
  ...(caller.app === undefined ? {} : { app: caller.app }),
  workflows: writesWorkflows(caller),
});
