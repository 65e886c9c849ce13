import type { Service } from './fleet.js';

/** Reads the codes that the console transport of a service writes, each once, in any alphabet. */
export function readConsoleCodes(service: Service): (identity: string) => Promise<string> {
  const codes = new Map<string, string>();
  const waiting = new Map<string, (code: string) => void>();
  let rest = '';
  service.child.stdout?.on('data', (chunk) => {
    service.output.stdout = '';
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, code = '', identity = ''] = /code ([\dA-Z-]{4,14}) for (\S+) /.exec(line) ?? [];
      waiting.get(identity)?.(code);
      if (!waiting.delete(identity)) codes.set(identity, code);
    }
  });
  return (identity) => {
    const code = codes.get(identity);
    codes.delete(identity);
    return code === undefined
      ? new Promise((resolve) => waiting.set(identity, resolve))
      : Promise.resolve(code);
  };
}
