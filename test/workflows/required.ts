/** Whether what the machine lacks is a failure, as it is in CI, and not a reason to leave tests out. */
export const isRequired = process.env["CI"] !== undefined || process.env["DROVER_REAL_NODE"] === "required";
