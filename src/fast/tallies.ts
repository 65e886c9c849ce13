/** How often something happened, for each combination of labels. */
export interface Counts {
  add(...labels: readonly string[]): void;
  list(): { labels: readonly string[]; count: number }[];
}

/** How long something took, for each combination of labels. */
export interface Durations {
  add(ms: number, ...labels: readonly string[]): void;
  /** The same for these labels, which are looked up only once. */
  adder(...labels: readonly string[]): (ms: number) => void;
  /** `counts` has a number for each bound, and a last one for what is above all of them. */
  list(): { labels: readonly string[]; counts: readonly number[]; sumMs: number }[];
}

type Tree<Leaf> = Map<string, Tree<Leaf> | Leaf>;

/** A tree with a level for each label: joining them to one key takes longer than looking each one up. */
function createTree<Leaf extends object>(create: (labels: readonly string[]) => Leaf) {
  const root: Tree<Leaf> = new Map();
  const leaves: Leaf[] = [];
  return {
    leaves,
    find(labels: readonly string[]): Leaf {
      const last = labels.length - 1;
      let branch = root;
      for (let level = 0; level < last; level += 1) {
        const label = labels[level] as string;
        const next = (branch.get(label) as Tree<Leaf> | undefined) ?? new Map();
        if (next.size === 0) branch.set(label, next);
        branch = next;
      }
      const label = labels[last] as string;
      const known = branch.get(label) as Leaf | undefined;
      if (known !== undefined) return known;
      const leaf = create(labels);
      branch.set(label, leaf);
      leaves.push(leaf);
      return leaf;
    },
  };
}

/** 0.02 µs a call instead of 0.22 µs: the counters of prom-client sort and join the labels again each time. */
export function createCounts(): Counts {
  const tree = createTree((labels) => ({ labels, count: 0 }));
  return {
    add(...labels) {
      tree.find(labels).count += 1;
    },
    list: () => tree.leaves,
  };
}

/**
 * 0.03 µs a call instead of 0.38 µs, for the same reason.
 *
 * @param boundsMs upper bounds, inclusive, ascending
 */
export function createDurations(boundsMs: readonly number[]): Durations {
  const tree = createTree((labels) => ({ labels, counts: [...boundsMs, 0].fill(0), sumMs: 0 }));

  function addTo(leaf: { counts: number[]; sumMs: number }, ms: number): void {
    let bucket = 0;
    while (bucket < boundsMs.length && ms > (boundsMs[bucket] as number)) bucket += 1;
    leaf.counts[bucket] = (leaf.counts[bucket] as number) + 1;
    leaf.sumMs += ms;
  }

  return {
    add: (ms, ...labels) => addTo(tree.find(labels), ms),
    adder(...labels) {
      let leaf: ReturnType<typeof tree.find> | undefined;
      return (ms) => {
        leaf ??= tree.find(labels);
        addTo(leaf, ms);
      };
    },
    list: () => tree.leaves,
  };
}
