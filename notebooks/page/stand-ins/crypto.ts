import { sha256 } from "@noble/hashes/sha2.js";

/** The part of node:crypto that scenarios need: SHA-256 of texts. */
export const createHash = (name: string) => {
  if (name !== "sha256") throw new Error(`a page has no hash ${name}`);
  const hash = sha256.create();
  const self = {
    update(text: string) {
      hash.update(new TextEncoder().encode(text));
      return self;
    },
    digest(encoding?: "hex") {
      const bytes = hash.digest();
      if (encoding === "hex") return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return {
        readUIntBE: (at: number, length: number) =>
          bytes.slice(at, at + length).reduce((sum, byte) => sum * 256 + byte, 0),
      };
    },
  };
  return self;
};
