import { NotebookError } from "./cells.ts";
import { checkCells } from "./check-cells.ts";

// What `npm run check:cells` runs.
try {
  checkCells();
} catch (error) {
  if (!(error instanceof NotebookError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
