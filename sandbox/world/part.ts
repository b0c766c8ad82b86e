import type { Layout } from "./layout.ts";
import type { Settings } from "./settings.ts";
import type { ToolName } from "../tools/catalog.ts";

/** One running sandbox, handed to every part. */
export interface World {
  readonly layout: Layout;
  readonly settings: Settings;
  /** The path of a tool's executable; resolves when it is there (found, downloaded or built). */
  readonly tool: (name: ToolName) => Promise<string>;
  /** Says one line about what is going on to the person who waits. */
  readonly say: (line: string) => void;
}

/** One server, or a few that only make sense together. */
export interface Part {
  /** As `sandbox logs NAME` takes it. */
  readonly name: string;
  /** One line for `sandbox status`. Says "stand-in" where it is one. */
  describe(world: World): string;
  /** The servers it runs, in the order of their start: names of processes and logs. */
  readonly servers: readonly string[];
  /** Starts what does not run yet and returns when it serves. */
  up(world: World): Promise<void>;
  /** Clears away what ending the processes leaves behind. They have ended when it is called. */
  cleanUp?(world: World): Promise<void>;
}
