/** `0.52 %` */
export function formatOdds(odds: number): string {
  return `${Number((odds * 100).toPrecision(2))} %`;
}

/** What guessing for a `year` or a `day` achieves. */
export function sayTakeover(time: 'day' | 'year', odds: number): string {
  return `a ${time} of guessing takes over an identity with a probability of ${formatOdds(odds)}`;
}
