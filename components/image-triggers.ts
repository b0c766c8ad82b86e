import { createHash } from "node:crypto";

import { packageNames } from "./image-packages.ts";
import { longLived } from "./onboarding.ts";
import type { Onboarding } from "./onboarding.ts";
import { environmentTags } from "./reusable-workflows.ts";
import type { Triggers } from "./workflow-model.ts";

/** What starts a repository's image workflow: the events of its long-lived branches, web hooks, people, and the clock where images are removed. */
export function imageTriggers({ name, branches, images, retention }: Onboarding): Triggers {
  const names = longLived(branches);
  return {
    pull_request: {
      branches: names,
      types: ["opened", "reopened", "synchronize", "ready_for_review", "converted_to_draft"],
    },
    push: { branches: names },
    ...(branches.release === undefined ? {} : { release: { types: ["published"] } }),
    repository_dispatch: { types: ["retag"] },
    workflow_dispatch: {
      inputs: {
        action: { description: "What to do", type: "choice", options: ["retag", "clean-up"], required: true },
        image: { description: "retag: the image", type: "choice", options: packageNames(images, branches) },
        source: { description: "retag: the tag that the image has", type: "string", default: "latest" },
        target: { description: "retag: the tag that it gets too", type: "choice", options: [...environmentTags] },
        reason: { description: "retag: why", type: "string" },
        delete: { description: "clean-up: delete instead of only reporting", type: "boolean", default: false },
      },
    },
    ...(retention === undefined ? {} : { schedule: [{ cron: nightly(name) }] }),
  };
}

/** A minute of the night that differs between repositories, so that not all of an organisation's schedules come at once. */
function nightly(name: string): string {
  const [minute = 0, hour = 0] = createHash("sha256").update(name.toLowerCase()).digest();
  return `${String(minute % 60)} ${String(1 + (hour % 4))} * * *`;
}
