import { nodeId } from "../node-id.ts";
import type { Label, Repository } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Urls } from "../urls.ts";

/** A label. */
export const labelView = (store: Store, urls: Urls, repository: Repository, label: Label): Schema<"label"> => ({
  id: label.id,
  node_id: nodeId("Label", label.id),
  url: `${urls.repository(store, repository)}/labels/${encodeURIComponent(label.name)}`,
  name: label.name,
  color: label.color,
  default: label.default,
  description: label.description,
});
