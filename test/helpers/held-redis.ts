import { connect, createServer, type Socket } from 'node:net';
import { stopAtEnd } from './leftovers.js';
import { type RedisServer, startRedis } from './redis.js';

/** A real Redis behind a proxy that can keep its answers back: commands run, and nobody hears of it. */
export interface HeldRedis extends RedisServer {
  /** Keeps answers back from now on. */
  hold(): void;
  /** Lets them through, first those that were kept back. */
  release(): void;
  /** Breaks all connections; answers kept back are lost. */
  cut(): void;
}

export async function startHeldRedis(): Promise<HeldRedis> {
  const server = await startRedis();
  const pairs = new Set<{ near: Socket; far: Socket }>();
  const proxy = createServer((near) => {
    const far = connect(server.port, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    if (isHeld) far.pause();
    near.pipe(far);
    far.on('data', (chunk) => near.write(chunk));
    for (const socket of [near, far]) {
      socket.setNoDelay();
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
  });
  let isHeld = false;
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as { port: number };
  const cut = () => {
    for (const { near } of pairs) near.destroy();
  };
  stopAtEnd(() => {
    cut();
    proxy.close();
  });
  return Object.assign(server, {
    url: `redis://127.0.0.1:${port}`,
    hold() {
      isHeld = true;
      for (const { far } of pairs) far.pause();
    },
    release() {
      isHeld = false;
      for (const { far } of pairs) far.resume();
    },
    cut,
  });
}
