/** What the limits need to know of a request. */
export interface RequestFacts {
  readonly resource: "core" | "graphql";
  /** The method and the route's pattern; of GraphQL the operation's type and first field. */
  readonly endpoint: string;
  /** Of the primary limit. */
  readonly primary: number;
  /** Of the secondary limit: points. */
  readonly points: number;
  /** Whether it creates content. */
  readonly content: boolean;
}

/** Requests of the REST API that create content: what GitHub shows to people, or tells them of. */
const contentRoutes: readonly RegExp[] = [
  /^(?:PUT|DELETE) \/repos\/[^/]+\/[^/]+\/contents\//u,
  /^POST \/repos\/[^/]+\/[^/]+\/(?:git\/commits|merges|pulls|issues|releases|forks)$/u,
  /^POST \/repos\/[^/]+\/[^/]+\/(?:pulls|issues)\/[^/]+\/(?:comments|reviews|requested_reviewers)(?:\/|$)/u,
  /^PUT \/repos\/[^/]+\/[^/]+\/pulls\/[^/]+\/merge$/u,
  /^PATCH \/repos\/[^/]+\/[^/]+\/(?:pulls|issues)\/\d+$/u,
  /^PATCH \/repos\/[^/]+\/[^/]+\/(?:pulls|issues)\/comments\//u,
  /^POST \/repos\/[^/]+\/[^/]+\/commits\/[^/]+\/comments$/u,
  /^POST \/(?:orgs\/[^/]+|user)\/repos$/u,
];

const readMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** Facts of a request to the REST API. @param route the route's pattern, for counting by endpoint */
export function restFacts(method: string, path: string, route: string): RequestFacts {
  const reads = readMethods.has(method);
  return {
    resource: "core",
    endpoint: `${method} ${route}`,
    primary: route === "/rate_limit" ? 0 : 1,
    points: reads ? 1 : 5,
    content: !reads && contentRoutes.some((one) => one.test(`${method} ${path}`)),
  };
}
