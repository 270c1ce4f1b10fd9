/** Where the guest writes: a number at the start of each page. */
export const stamps = { first: 0x10000, pages: 64 };
/**
 * A guest that writes the number of its round at the start of each of 64 pages, in order, for ever: at any moment the
 * numbers fall once, by one, from the first page to the last. Of the assembler's:
 *
 *     cli; xorl %ebx,%ebx
 *     round: incl %ebx; movw $0x1000,%ax; movw %ax,%es; movw $64,%cx
 *     next: movl %ebx,%es:0; movw %es,%ax; addw $0x100,%ax; movw %ax,%es; loop next; jmp round
 */
export const stampingGuest = Buffer.alloc(512);
stampingGuest.write("fa6631db6643b800108ec0b940002666891e00008cc00500018ec0e2f1ebe5", "hex");
stampingGuest.set([0x55, 0xaa], 510);
