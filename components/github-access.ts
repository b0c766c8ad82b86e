import { createSign } from "node:crypto";

/** How Drover proves to GitHub who it is. */
export type Credential =
  | { readonly kind: "token"; readonly token: string }
  | {
      readonly kind: "app";
      readonly id: string;
      readonly installationId: string;
      /** PEM. */
      readonly privateKey: string;
    };

/** Which GitHub, and who asks. */
export interface GitHubAccess {
  /** GitHub's address as people open it, such as `https://github.example.org`; undefined for github.com. */
  readonly url: string | undefined;
  readonly credential: Credential;
}

/** GitHub's address for people. */
export const webUrl = ({ url }: Pick<GitHubAccess, "url">): string => url ?? "https://github.com";

/** Whether it is GitHub's own service, github.com or a data-residency host `*.ghe.com`, and no Enterprise Server. */
export function isCloud(access: Pick<GitHubAccess, "url">): boolean {
  const { host } = new URL(webUrl(access));
  return host === "github.com" || host.endsWith(".ghe.com");
}

/** Where the REST API is. */
export function apiUrl(access: Pick<GitHubAccess, "url">): string {
  const { protocol, host } = new URL(webUrl(access));
  return isCloud(access) ? `${protocol}//api.${host}` : `${protocol}//${host}/api/v3`;
}

/** A token by which an App speaks for itself, for nine minutes (docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App"). */
export function appToken({ id, privateKey }: Extract<Credential, { kind: "app" }>): string {
  const now = Math.floor(Date.now() / 1000);
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  // A minute in the past, as GitHub advises, for clocks that differ.
  const content = `${encoded({ alg: "RS256", typ: "JWT" })}.${encoded({ iat: now - 60, exp: now + 540, iss: id })}`;
  return `${content}.${createSign("RSA-SHA256").update(content).sign(privateKey, "base64url")}`;
}
