/**
 * The documents that the GitHub stand-in keeps. Each type is also its Zod schema, with which stored documents are read;
 * a key that an older document lacks takes its default. Ids are numbers, unique over all kinds; git's own objects and refs are not here.
 */
export * from "./model/accounts.ts";
export * from "./model/basics.ts";
export * from "./model/checks.ts";
export * from "./model/issues.ts";
export * from "./model/repository.ts";
export * from "./model/rules.ts";
