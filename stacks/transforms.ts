import type { RancherWorkloadArgs } from "../components/rancher-workload.ts";

/**
 * The place for what no configuration key says: app to a function that gets the Deployment as Drover would make it and returns the one
 * to make, in every environment. For example:
 *
 *     "service-wizard": (deployment) => ({ ...deployment, spec: { ...deployment.spec, revisionHistoryLimit: 20 } })
 */
export const transforms: Readonly<Record<string, NonNullable<RancherWorkloadArgs["transform"]>>> = {};
