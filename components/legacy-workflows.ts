import { workflowPath } from "./image-workflow.ts";

/**
 * Names, without `.yml` or `.yaml`, of workflow files of earlier generations that build or push images too: left beside ours, both would
 * write the same tags.
 */
const legacyNames: readonly RegExp[] = [
  /^build-develop-(?:open|merge)$/,
  /^build-main-(?:open|merge)$/,
  /^build-(?:test-push|push-.+)$/,
  /^build_(?:test_pr|prodrc_pr|pr_image|and_push(?:_image)?|and_test_pr|publish_scan_managed)$/,
  /^(?:docker-publish|docker_build|docker)$/,
  /^manual-build$/,
  /^pr_build$/,
  /^prod_release$/,
  /^release-main$/,
  /^reusable_(?:build|build-push|pre-build|validate-branches|trivy-scans)$/,
  /^tag_(?:environments|latest_image|prod_latest|test_latest)$/,
  /^test-push-release$/,
];

const own = workflowPath.slice(workflowPath.lastIndexOf("/") + 1);

/** The workflow files of earlier generations among those of a branch. */
export const legacyWorkflows = (files: readonly { readonly name: string }[]): string[] =>
  files
    .map(({ name }) => name)
    .filter((name) => name !== own && legacyNames.some((legacy) => legacy.test(name.replace(/\.ya?ml$/, ""))));
