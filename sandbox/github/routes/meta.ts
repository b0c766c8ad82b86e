import type { Api } from "../api.ts";

/** The root of the API and what it says about itself. */
export function metaRoutes(api: Api): void {
  api.on("GET", "/meta", {}, () => ({
    verifiable_password_authentication: false,
    installed_version: "3.19.0",
  }));
  api.on("GET", "/zen", {}, () => "This is a stand-in for GitHub.");
  // Without the prefix this is the page for people.
  if (api.prefix === "") return;
  api.on("GET", "/", {}, ({ urls: { api: url } }) => ({
    current_user_url: `${url}/user`,
    organization_url: `${url}/orgs/{org}`,
    organization_repositories_url: `${url}/orgs/{org}/repos{?type,page,per_page,sort}`,
    rate_limit_url: `${url}/rate_limit`,
    repository_url: `${url}/repos/{owner}/{repo}`,
    user_url: `${url}/users/{user}`,
  }));
}
