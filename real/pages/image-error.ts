/** Something in a memory image that is not as it must be. The message names the file, the place in it, and the law. */
export class MemoryImageError extends Error {
  override readonly name = "MemoryImageError";
}
