import type { Api } from "../api.ts";

/** `GET /meta` and the root of the API. */
export function metaRoutes(api: Api): void {
  api.on("GET", "/meta", {}, () => ({
    verifiable_password_authentication: false,
    installed_version: "3.19.0",
    stand_in: true,
  }));
}
