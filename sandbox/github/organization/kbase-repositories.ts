/** Languages that the repositories are written in. */
export type Language = "Python" | "Java" | "TypeScript" | "Go" | "Shell" | "R";

/** A repository of kbase as its public snapshots show it. */
export interface KBaseRepository {
  readonly name: string;
  readonly language: Language;
  /** Its branches, the default one first. */
  readonly branches: readonly [string, ...string[]];
  /** Its workflow files, without `.yml` where they end in it. */
  readonly workflows: readonly string[];
  /** Dockerfiles besides the one in the root. */
  readonly dockerfiles?: readonly string[];
  /** Whether there is no Dockerfile in the root. */
  readonly noDockerfile?: true;
}

const stock = ["pr_build", "release-main", "manual-build"] as const;
const stockAndTest = [...stock, "test"] as const;
const firstGeneration = [
  "build-develop-merge",
  "build-develop-open",
  "build-main-merge",
  "build-main-open",
  "tag_environments",
  "tag_prod_latest",
  "tag_test_latest",
] as const;

const of = (
  name: string,
  language: Language,
  branches: readonly [string, ...string[]],
  workflows: readonly string[],
  more: Pick<KBaseRepository, "dockerfiles" | "noDockerfile"> = {},
): KBaseRepository => ({ name, language, branches, workflows, ...more });

/** The 38 repositories of kbase that build container images, in their real branch layouts and with their oddities. */
export const kbaseRepositories: readonly KBaseRepository[] = [
  of(
    "narrative",
    "TypeScript",
    ["develop", "main"],
    [
      "build_test_pr",
      "build_prodrc_pr",
      "build_and_push_image",
      "tag_latest_image.yaml",
      "unit_test",
      "integration_test",
      "release-main",
      "manual-build",
      "pr_build",
    ],
    { dockerfiles: ["Dockerfile2"] },
  ),
  of(
    "kbase-ui",
    "TypeScript",
    ["main3"],
    [
      "pull-request-to-main-activity",
      "pull-request-to-main-merged",
      "push-to-feature-fix",
      "release",
      "manual",
      "reusable_build",
    ],
  ),
  of("ui", "TypeScript", ["main"], ["build_and_push", "release-main", "manual-build", "codeql", "reusable_build-push"]),
  of("next-gen-ui", "TypeScript", ["main"], ["ci", "design-system", "plugin-sdk", "docker"]),
  of("auth2", "Java", ["develop", "master", "inbox"], stockAndTest),
  of("workspace_deluxe", "Java", ["develop", "master"], stockAndTest),
  of(
    "execution_engine2",
    "Python",
    ["develop", "main", "master"],
    ["pr_build", "prod_release", "manual-build", "check_build", "ee2-tests"],
  ),
  of(
    "staging_service",
    "Python",
    ["master", "develop", "inbox"],
    ["pr_build.yaml", "release-main.yaml", "manual-build.yaml", "run_tests"],
  ),
  of("groups", "Java", ["develop", "master"], stockAndTest),
  of("feeds", "Python", ["develop", "main"], ["docker-publish", "test"]),
  of(
    "collections",
    "Python",
    ["develop", "main"],
    [...stockAndTest, "codeql", "build-push-gtdb-image", "build-push-mash-image", "build-push-microtrait-image"],
    { dockerfiles: ["docker/gtdb/Dockerfile", "docker/mash/Dockerfile", "docker/microtrait/Dockerfile"] },
  ),
  of("search_api2", "Python", ["develop", "master"], ["build-test-push", "test-pull-request", "manual-build"]),
  of("index_runner", "Python", ["develop", "master"], ["test-push-release"]),
  of("relation_engine", "Python", ["develop", "main"], ["pr_build", "release-main", "run_tests"]),
  of("sample_service", "Python", ["master", "develop"], [...firstGeneration, "prod_release"]),
  of("handle_service2", "Python", ["develop", "master"], [...stockAndTest, "lint", "codeql"]),
  of("blobstore", "Go", ["develop", "master"], [...stockAndTest, "codeql"]),
  of("catalog", "Python", ["develop", "master"], stock),
  of("narrative_method_store", "Java", ["develop", "master"], stockAndTest),
  of("user_profile", "Java", ["develop", "master"], stockAndTest),
  of("service_wizard2", "Python", ["main"], [...stockAndTest, "codeql", "trivy"]),
  of(
    "kbase-service-orcidlink",
    "Python",
    ["develop", "main"],
    ["pr_build", "release-main", "manual-build", "reusable_pre-build"],
  ),
  of("metrics", "Python", ["master", "develop"], ["pr_build.yaml", "release-main", "manual-build"]),
  of("cdm-task-service", "Python", ["main"], ["build_publish_scan_managed", "test", "codeql"]),
  of("cdm-minio-service", "Python", ["main"], stockAndTest),
  of("cdm-jupyterhub", "Python", ["main"], stockAndTest),
  of("cdm-data-loaders", "Python", ["develop", "main"], ["docker_build", "tests", "trivy"]),
  of("tablescanner", "Python", ["develop"], stock),
  of("JobRunner", "Python", ["main"], [...stockAndTest, "codeql"]),
  of("kb_sdk_plus", "Java", ["main"], [...stockAndTest, "codeql", "native_binary_tests"]),
  of("narrative-base-image", "R", ["main"], ["build_and_test_pr", "build_pr_image", "test_pr_image", "release-main"]),
  of("narrative-traefiker", "Python", ["master", "develop"], firstGeneration),
  of("condor-worker", "Python", ["main", "develop"], [...firstGeneration, "prod_release", "manual-build", "trivy"]),
  of("init-sidecar", "Shell", ["develop", "main", "inbox"], stock),
  of("static-content-proxy", "Shell", ["main", "develop"], [...stock, "trivy"]),
  of("navigator", "TypeScript", ["main"], ["test-and-build"]),
  of("dts", "Go", ["main"], ["autotest_prs", "format", "gh-pages", "irods"], {
    dockerfiles: ["deployment/Dockerfile"],
    noDockerfile: true,
  }),
  of("service_wizard", "Python", ["master", "develop"], []),
];
