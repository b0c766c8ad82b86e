import type { Hook } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Delivery } from "./deliveries.ts";
import { configView } from "./hooks.ts";

/** A repository's hook as the API shows it. @param url its address */
export const repositoryHook = (url: string, hook: Hook): Schema<"hook"> => ({
  type: "Repository",
  ...basics(url, hook),
  test_url: `${url}/tests`,
  last_response: hook.lastResponse,
});

/** An organization's hook as the API shows it. @param url its address */
export const organizationHook = (url: string, hook: Hook): Schema<"org-hook"> => ({
  type: "Organization",
  ...basics(url, hook),
});

const basics = (url: string, hook: Hook) => ({
  id: hook.id,
  name: "web",
  active: hook.active,
  events: hook.events,
  config: configView(hook.config),
  created_at: hook.createdAt,
  updated_at: hook.updatedAt,
  url,
  ping_url: `${url}/pings`,
  deliveries_url: `${url}/deliveries`,
});

/** A delivery in a list. One that is under way has no answer yet. */
export const deliveryItem = (delivery: Delivery): Schema<"hook-delivery-item"> => ({
  id: delivery.id,
  guid: delivery.guid,
  delivered_at: delivery.deliveredAt,
  redelivery: delivery.redelivery,
  duration: delivery.outcome?.duration ?? 0,
  status: delivery.outcome?.status ?? "pending",
  status_code: delivery.outcome?.code ?? 0,
  event: delivery.event,
  action: delivery.action,
  installation_id: null,
  repository_id: delivery.repositoryId,
  throttled_at: null,
});

/** A delivery with what was sent and answered. @param url where it was sent */
export const deliveryView = (url: string, { request, outcome, ...rest }: Delivery) => ({
  ...deliveryItem({ request, outcome, ...rest }),
  url,
  request,
  response: { headers: outcome?.headers ?? null, payload: outcome?.body ?? null },
});
