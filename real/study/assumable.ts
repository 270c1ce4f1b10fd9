/** Parameters that the user may take from the catalogue, when no captures tell them. */
export const assumable = ["fault", "writes"] as const;
export type Assumable = (typeof assumable)[number];
