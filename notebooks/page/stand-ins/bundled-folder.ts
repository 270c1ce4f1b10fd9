/** Where a page keeps what comes with the product. */
export const bundledFolder = "/snapback/scenarios/";
