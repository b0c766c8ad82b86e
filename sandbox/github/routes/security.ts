import type { Api } from "../api.ts";
import { GitHubError } from "../errors.ts";

const read = { role: "admin", permissions: ["administration=read"] } as const;
const write = { role: "admin", permissions: ["administration=write"] } as const;

/** The two switches of Dependabot. */
export function securityRoutes(api: Api): void {
  api.repository("GET", "/vulnerability-alerts", read, (call) => {
    if (!call.repository.vulnerabilityAlerts) throw new GitHubError(404, "Vulnerability alerts are disabled.");
    return call.noContent();
  });
  for (const [method, enabled] of [
    ["PUT", true],
    ["DELETE", false],
  ] as const) {
    api.repository(method, "/vulnerability-alerts", write, (call) => {
      call.repository.vulnerabilityAlerts = enabled;
      if (!enabled) call.repository.automatedSecurityFixes = false;
      call.save();
      return call.noContent();
    });
    api.repository(method, "/automated-security-fixes", write, (call) => {
      if (enabled && !call.repository.vulnerabilityAlerts)
        throw new GitHubError(422, "Vulnerability alerts must be enabled to configure automated security fixes.");
      call.repository.automatedSecurityFixes = enabled;
      call.save();
      return call.noContent();
    });
  }
  api.repository("GET", "/automated-security-fixes", read, ({ repository }) => ({
    enabled: repository.automatedSecurityFixes,
    paused: false,
  }));
}
