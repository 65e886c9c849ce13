/** What the V8 profiler writes; https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile. */
export interface CpuProfile {
  nodes: ProfileNode[];
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
}

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
}

export interface Share {
  name: string;
  /** Parts of the busy time, 0 to 1: in itself, and with what it calls. */
  self: number;
  total: number;
}

/** Shares of the time in which the process was not idle, largest first: by part of the program, and by function. */
export function computeShares({ nodes, samples, timeDeltas }: CpuProfile): {
  parts: Share[];
  functions: Share[];
} {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const parts = new Map<string, Share>();
  const functions = new Map<string, Share>();
  let busy = 0;
  samples.forEach((id, index) => {
    const leaf = byId.get(id);
    // `dispatch` is the profiler itself, being started.
    if (!leaf || ['(idle)', 'dispatch'].includes(leaf.callFrame.functionName)) return;
    const time = timeDeltas[index] ?? 0;
    busy += time;
    const seen = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      if (!node || node.callFrame.functionName === '(root)') continue;
      for (const [table, name] of [
        [parts, namePart(node)],
        [functions, nameFunction(node)],
      ] as const) {
        const share = table.get(name) ?? { name, self: 0, total: 0 };
        table.set(name, share);
        if (at === id) share.self += time;
        const key = `${table === parts}${name}`;
        if (!seen.has(key)) share.total += time;
        seen.add(key);
      }
    }
  });
  const finish = (table: Map<string, Share>) =>
    [...table.values()]
      .map(({ name, self, total }) => ({ name, self: self / busy, total: total / busy }))
      .sort((a, b) => b.self - a.self);
  return { parts: finish(parts), functions: finish(functions) };
}

/** `http` of ours, `jose`, `node:http`, or what the profiler calls it, such as the garbage collector. */
function namePart({ callFrame: { url, functionName } }: ProfileNode): string {
  const [, ours] = /\/dist\/([\w-]+)/.exec(url.replace(/^.*\/node_modules\//, 'node_modules/')) ?? [];
  if (url.includes('/node_modules/')) {
    return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? url;
  }
  if (ours !== undefined) return `ours: ${ours}`;
  if (url.startsWith('node:'))
    return url
      .split('/')
      .slice(0, 2)
      .join('/')
      .replace(/^node:internal$/, 'node');
  return url === '' ? functionName || '(native)' : 'bench';
}

function nameFunction(node: ProfileNode): string {
  const { functionName, url, lineNumber } = node.callFrame;
  const file = url.split('/').slice(-2).join('/');
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name} ${file}:${lineNumber + 1}`;
}
