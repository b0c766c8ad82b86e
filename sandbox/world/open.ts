import { Toolbox } from "../tools/toolbox.ts";
import { openLayout } from "./layout.ts";
import type { World } from "./part.ts";
import { openSettings } from "./settings.ts";

/**
 * Opens the sandbox of this checkout, running or not.
 *
 * @param say gets a line about everything that takes long
 */
export async function openWorld(say: (line: string) => void): Promise<World & { readonly toolbox: Toolbox }> {
  const layout = openLayout();
  const toolbox = new Toolbox(say);
  return { layout, settings: await openSettings(layout), say, toolbox, tool: (name) => toolbox.get(name) };
}
