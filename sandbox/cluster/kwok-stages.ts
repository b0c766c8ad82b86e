import { stringify } from "yaml";

/** Go template functions of kwok; the addresses come from its `--cidr` and `--node-ip`. */
const podAddress =
  'PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" )';

const stage = (name: string, kind: string, matchExpressions: readonly object[], next: object) => ({
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name },
  spec: { resourceRef: { apiGroup: "v1", kind }, selector: { matchExpressions }, next },
});

const is = (key: string, ...values: string[]) => ({ key, operator: "In", values });
const isNot = (key: string, ...values: string[]) => ({ key, operator: "NotIn", values });
const alive = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const ready = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const owner = ".metadata.ownerReferences.[].kind";

/**
 * What kwok's controller plays (Stage, kwok.x-k8s.io/v1alpha1): nodes are ready, pods run at once without running anything, those of Jobs complete, and
 * what is to be deleted goes at once.
 */
export const kwokStages = [
  stage("node-ready", "Node", [isNot(ready, "True")], {
    statusTemplate: `{{ $now := Now }}
conditions:
{{ range NodeConditions }}
- { type: {{ .type | Quote }}, status: {{ .status | Quote }}, reason: {{ .reason | Quote }}, message: {{ .message | Quote }}, lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ $now | Quote }} }
{{ end }}
capacity: { cpu: 1k, memory: 1Ti, pods: 10k }
allocatable: { cpu: 1k, memory: 1Ti, pods: 10k }
nodeInfo:
  architecture: amd64
  bootID: ""
  containerRuntimeVersion: kwok-stand-in
  kernelVersion: kwok-stand-in
  kubeProxyVersion: ""
  kubeletVersion: kwok-stand-in
  machineID: ""
  operatingSystem: linux
  osImage: kwok (a stand-in that runs nothing)
  systemUUID: ""
`,
  }),
  stage("pod-running", "Pod", [alive, is(".status.phase", "Pending"), isNot(ready, "True")], {
    statusTemplate: `{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
podIP: {{ ${podAddress} | Quote }}
podIPs: [{ ip: {{ ${podAddress} | Quote }} }]
conditions:
- { type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: ContainersReady, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }} }
containerStatuses:
{{ range .spec.containers }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: true, started: true, restartCount: 0, state: { running: { startedAt: {{ $now | Quote }} } } }
{{ end }}
`,
  }),
  stage("job-pod-completed", "Pod", [alive, is(".status.phase", "Running"), is(owner, "Job")], {
    statusTemplate: `{{ $now := Now }}
phase: Succeeded
conditions:
- { type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: ContainersReady, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }} }
- { type: Ready, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }} }
containerStatuses:
{{ range .spec.containers }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: false, started: false, restartCount: 0, state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } } }
{{ end }}
`,
  }),
  stage("pod-deleted", "Pod", [{ key: ".metadata.deletionTimestamp", operator: "Exists" }], { delete: true }),
] as const;

/** kwok's configuration file. */
export const kwokConfig = () => kwokStages.map((each) => stringify(each)).join("---\n");
