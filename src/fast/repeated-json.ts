/** Writes a list as JSON, without its brackets. */
export type WriteJsonItems = (items: readonly unknown[]) => string;

interface Written {
  items: readonly unknown[];
  text: string;
}

/** More would be compared for longer than JSON takes. */
const maxLists = 8;

/**
 * For lists of settings that are nearly always one of the last few: serialising twenty takes 2 µs, comparing them 0.2 µs.
 * The lists may not be changed afterwards.
 */
export function createJsonItems(): WriteJsonItems {
  let known: readonly Written[] = [];
  return (items) => {
    for (const { items: other, text } of known) if (areSame(items, other)) return text;
    const text = JSON.stringify(items).slice(1, -1);
    known = [{ items, text }, ...known].slice(0, maxLists);
    return text;
  };
}

function areSame(items: readonly unknown[], others: readonly unknown[]): boolean {
  if (items.length !== others.length) return false;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    const other = others[i];
    if (item === other) continue;
    if (!Array.isArray(item) || !Array.isArray(other) || !areSame(item, other)) return false;
  }
  return true;
}
