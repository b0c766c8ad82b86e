/** What is remembered of a secret from the last update. */
export interface SecretMemory {
  /** When we wrote it, in ISO 8601; undefined where GitHub did not say. */
  readonly written?: string | undefined;
  /** The trigger that it was last written with, see `triggerOf`. */
  readonly trigger?: string | undefined;
}

/**
 * Why a secret is to be written again although its value is the same: a text that changes exactly when somebody else has written it since,
 * and then stays. The provider sees such a change and does nothing about it; GitHub shows nobody a secret's value, but when it was written.
 *
 * @param listed when GitHub says that the secret was last written; undefined where there is none, or nobody asked
 */
export function triggerOf(memory: SecretMemory | undefined, listed: string | undefined): string {
  const { written, trigger = "" } = memory ?? {};
  const now = momentOf(listed);
  if (written === undefined || now === undefined || now === written) return trigger;
  return `written by somebody else at ${now}`;
}

/**
 * One moment in one notation, ISO 8601 in UTC with seconds: GitHub writes `2026-11-25T07:00:00Z`, its provider `2026-11-25 07:00:00 +0000 UTC`.
 *
 * @returns undefined for what is no moment
 */
export function momentOf(text: string | undefined): string | undefined {
  const found = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)/.exec(text ?? "");
  const [, day = "", time = "", zone = ""] = found ?? [];
  const moment = new Date(`${day}T${time}${zone.replace(/^([+-]\d\d):?(\d\d)$/, "$1:$2")}`);
  return Number.isNaN(moment.getTime()) ? undefined : `${moment.toISOString().slice(0, 19)}Z`;
}

/** Where a repository's secrets are kept. An environment's are its own. */
export type SecretStore = "actions" | "dependabot" | `environments/${string}`;

/** A secret's name as a resource and in memory: `narrative/actions/SLACK_WEBHOOK`; it begins with the name of the repository's resources. */
export const secretKey = (resource: string, store: SecretStore, name: string): string => `${resource}/${store}/${name}`;
