import { connect } from 'node:net';

const atOnce = 50;

/**
 * Sends each of these requests over a connection of its own, and resets it without waiting for the answer: at once, or a
 * moment later, so that some servers have read the address by then and others have not.
 */
export async function sendAndReset(port: number, requests: readonly string[]): Promise<void> {
  for (let from = 0; from < requests.length; from += atOnce) {
    await Promise.all(
      requests.slice(from, from + atOnce).map((request, at) => sendOne(port, request, at % 4)),
    );
  }
}

function sendOne(port: number, request: string, turnsToWait: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(request);
      const reset = (turns: number) => {
        if (turns === 0) socket.resetAndDestroy();
        else setImmediate(reset, turns - 1);
      };
      reset(turnsToWait);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}
