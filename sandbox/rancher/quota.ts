import * as z from "zod";

/** Rancher's names of quota limits and Kubernetes' names of the same. */
const quotaNames = {
  configMaps: "configmaps",
  limitsCpu: "limits.cpu",
  limitsMemory: "limits.memory",
  persistentVolumeClaims: "persistentvolumeclaims",
  pods: "pods",
  replicationControllers: "replicationcontrollers",
  requestsCpu: "requests.cpu",
  requestsMemory: "requests.memory",
  requestsStorage: "requests.storage",
  secrets: "secrets",
  services: "services",
  servicesLoadBalancers: "services.loadbalancers",
  servicesNodePorts: "services.nodeports",
} as const;

const quantity = z
  .string()
  .regex(
    /^[+-]?\d+(\.\d+)?([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/u,
    "must be a Kubernetes quantity such as 500m or 2Gi",
  );
const limitFields = (names: readonly string[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, quantity.optional()]))).transform(defined);

/** Limits of a project or namespace, by Rancher's names: `{limitsCpu: "2"}`. */
export const QuotaLimit = limitFields(Object.keys(quotaNames));
/** As `/v3` and the annotation have it. */
export const ResourceQuota = z.object({ limit: QuotaLimit.default({}) });
/** Default request and limit of a container, by Rancher's names. */
export const ContainerLimit = limitFields(["limitsCpu", "limitsMemory", "requestsCpu", "requestsMemory"]);

/** Limits by Rancher's names. */
export type Limits = Readonly<Record<string, string>>;

function defined(limits: Readonly<Record<string, string | undefined>>): Limits {
  return Object.fromEntries(
    Object.entries(limits).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value]])),
  );
}

/** What an object of the provider without any field means: nothing is set. */
export const orUndefined = (limits: Limits | null | undefined): Limits | undefined =>
  limits === null || limits === undefined || Object.keys(limits).length === 0 ? undefined : limits;

/**
 * A namespace's quota: the project's default with the namespace's own limits over it.
 * Undefined where the project has no quota, whatever the namespace asks for: Rancher ignores it then.
 */
export const effectiveQuota = (own: Limits | undefined, projectDefault: Limits | undefined): Limits | undefined =>
  projectDefault === undefined ? undefined : orUndefined({ ...projectDefault, ...own });

/** A namespace's container limit: the project's with the namespace's own fields over it. */
export const effectiveContainerLimit = (own: Limits | undefined, project: Limits | undefined): Limits | undefined =>
  orUndefined({ ...project, ...own });

/** The `spec.hard` of a ResourceQuota. */
export const hardLimits = (limits: Limits): Record<string, string> =>
  Object.fromEntries(
    Object.entries(quotaNames).flatMap(([name, hard]) => (limits[name] === undefined ? [] : [[hard, limits[name]]])),
  );

/** The `spec` of a LimitRange that gives containers without resources these. */
export function limitRangeSpec(limits: Limits) {
  const pick = (cpu: string | undefined, memory: string | undefined) => ({
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
  });
  const item = {
    type: "Container",
    default: pick(limits["limitsCpu"], limits["limitsMemory"]),
    defaultRequest: pick(limits["requestsCpu"], limits["requestsMemory"]),
  };
  return { limits: [item] };
}

/** The names of those limits of a project that namespaces with these quotas would exceed together. */
export function exceeded(quotas: readonly Limits[], project: Limits): string[] {
  return Object.entries(project).flatMap(([name, limit]) => {
    const sum = quotas.reduce((total, quota) => total + scalar(quota[name] ?? "0"), 0);
    // Sums of thousandths of a CPU are not exact in binary.
    return sum > scalar(limit) * (1 + 1e-12) ? [name] : [];
  });
}

const decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** A quantity as a number, e.g. 0.5 for `500m`. */
function scalar(text: string): number {
  const [, digits = "0", suffix = ""] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)(.*)$/u.exec(text) ?? [];
  const factor = binary.includes(suffix)
    ? 1024 ** binary.indexOf(suffix)
    : 1000 ** (decimal.indexOf(suffix) - decimal.indexOf(""));
  return Number(digits) * factor;
}
