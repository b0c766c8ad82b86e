import type { Channel } from "./image.ts";

/** What a person says about one app of an environment; every default is the safe one. */
export interface App {
  /** The image's name without channel, tag and registry, or a whole repository. Default: the app's own name. */
  readonly image?: string | undefined;
  /** Default: the environment's. `release` for a trunk repository, which has no develop branch and no `-develop` image. */
  readonly channel?: Channel | undefined;
  /** The port that the container serves http on. */
  readonly port: number;
  /** The path on the environment's host that leads to the app, passed on unchanged. Default `/`. */
  readonly path: string;
  /** The path that answers 2xx or 3xx when the app is well: startup, readiness and liveness. Without it, the port must accept connections. */
  readonly health?: string | undefined;
  /** Pods at a time. Default 1. */
  readonly replicas: number;
  /** `RollingUpdate` keeps the old version until the new one is ready; `Recreate` ends it first, for single writers. Default `RollingUpdate`. */
  readonly strategy: "RollingUpdate" | "Recreate";
  /** Seconds until a rollout that has not succeeded is given up. Default 120. */
  readonly deadline: number;
  /** Replaces the image's entry point. */
  readonly command?: readonly string[] | undefined;
  /** Replaces the image's default arguments. */
  readonly args?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Environment variables whose values are secret. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Absolute path in the container to the file's text. */
  readonly files: Readonly<Record<string, string>>;
  /** Name to a persistent volume. */
  readonly volumes: Readonly<Record<string, Volume>>;
  /** As Kubernetes takes them; nothing by default, so that the namespace's own defaults hold. */
  readonly resources?: Resources | undefined;
  /** Default `IfNotPresent`, which is exact because images are pinned by digest. */
  readonly pullPolicy: "IfNotPresent" | "Always";
  /** The user id to run as, for images that name a user instead of a number. */
  readonly user?: number | undefined;
  /** Lets the container run as root with the usual capabilities. Default false. */
  readonly root: boolean;
}

/** A persistent volume of one app. */
export interface Volume {
  /** Where it is mounted. */
  readonly path: string;
  /** A Kubernetes quantity, such as `10Gi`. */
  readonly size: string;
  /** Default: the cluster's own default class. */
  readonly storageClass?: string | undefined;
}

/** Requests and limits of one container: resource name (`cpu`, `memory`) to a Kubernetes quantity. */
export interface Resources {
  readonly requests?: Readonly<Record<string, string>> | undefined;
  readonly limits?: Readonly<Record<string, string>> | undefined;
}
