/**
 * A sum that keeps what each addition rounds away, so that its error does not grow with the number of terms.
 *
 * Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54, 1974.
 */
export class CompensatedSum {
  private total = 0;
  private lost = 0;

  get value(): number {
    return this.total + this.lost;
  }

  add(x: number): void {
    const next = this.total + x;
    this.lost += Math.abs(this.total) >= Math.abs(x) ? this.total - next + x : x - next + this.total;
    this.total = next;
  }

  merge(other: CompensatedSum): void {
    const { total, lost } = other;
    this.add(total);
    this.add(lost);
  }

  reset(): void {
    this.total = 0;
    this.lost = 0;
  }
}
