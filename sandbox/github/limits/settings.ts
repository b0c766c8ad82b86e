import * as z from "zod";

const amount = z.int().positive();

/** The limits of GitHub's API and what the stand-in does about them (docs.github.com, "Rate limits for the REST API", "… for the GraphQL API"). */
export const LimitSettings = z.strictObject({
  /**
   * What happens to a request that is over a limit:
   * - `off`: nothing;
   * - `enforce`: it is refused, as GitHub refuses it;
   * - `virtual`: it passes, and a clock beside the real one is put ahead by the time that it would have had to wait.
   */
  mode: z.enum(["off", "enforce", "virtual"]),
  /** Requests, or points of GraphQL, an hour and account. */
  primary: amount,
  /** The same without a token. */
  anonymous: amount,
  /** Requests that are answered at the same time. */
  concurrent: amount,
  /** Points a minute of the REST API: 1 to read, 5 to write. */
  points: amount,
  /** Whether the points of all of the REST API count together; GitHub's page can also be read as a limit of each endpoint. */
  strictPoints: z.boolean(),
  /** Points a minute of the GraphQL API: 1 a query, 5 a mutation. */
  graphqlPoints: amount,
  /** Requests that create content, a minute. */
  contentPerMinute: amount,
  /** Requests that create content, an hour. */
  contentPerHour: amount,
  /** The status of a refusal; GitHub uses both. */
  status: z.union([z.literal(403), z.literal(429)]),
  /** Milliseconds that every request takes longer. */
  latency: z.int().nonnegative().max(60_000),
});
export type LimitSettings = z.infer<typeof LimitSettings>;

/** A change of some settings. */
export const LimitChanges = LimitSettings.partial();

/** GitHub's numbers, and nothing done about them. */
export const defaultLimits: LimitSettings = {
  mode: "off",
  primary: 5000,
  anonymous: 60,
  concurrent: 100,
  points: 900,
  strictPoints: true,
  graphqlPoints: 2000,
  contentPerMinute: 80,
  contentPerHour: 500,
  status: 403,
  latency: 0,
};
