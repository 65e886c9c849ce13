const lastDigits = 4;

/** What neighbouring phone numbers share: those that differ in the last four digits alone, and often have one owner. */
export function findNeighbourhood(number: string): string {
  return number.slice(0, -lastDigits);
}
