/** Whether git takes a name for a ref (git-check-ref-format): at least `refs/x/y`, and none of what git could mistake. */
export const isRefName = (ref: string): boolean =>
  /^refs\/[^/]+\/./u.test(ref) &&
  !/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$/u.test(ref) &&
  ref.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
