import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import './fresh-connections.js';
import { createNodeListener } from '../../src/adapters/node.js';
import type { OtpOptions } from '../../src/index.js';
import { createTestOtp } from './otp.js';

/** The service in this process, on a socket, with an inbox and a clock that the test moves. */
export async function startInProcess(readOptions: (url: string) => Partial<OtpOptions> = () => ({})) {
  const server = createServer((request, response) => listener(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const parts = createTestOtp({ unsafeInsecureCookies: true, ...readOptions(url) });
  const listener = createNodeListener(parts.otp.handler);
  return {
    ...parts,
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
