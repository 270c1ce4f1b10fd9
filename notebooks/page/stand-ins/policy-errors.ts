/** As scenarios/own-policy knows them. */
export class PolicyModuleError extends Error {
  override readonly name = "PolicyModuleError";
}

export class PolicyOptionsError extends Error {
  override readonly name = "PolicyOptionsError";
}
