/** A page compiles no modules, so no scenario of a page has a policy of its own. */
export const ownPolicy = (): undefined => undefined;

export const shownInSources = (error: unknown): unknown => error;
