import { environmentStack } from "./stacks/environment.ts";

/** Pulumi's entry point: runs the selected stack and returns its outputs. */
export default environmentStack;
