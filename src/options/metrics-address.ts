import { isIP } from 'node:net';
import { maxPort } from '../core/port.js';

export interface MetricsAddress {
  host: string;
  port: number;
}

/** `9464` on loopback, or `0.0.0.0:9464`, `[::]:9464`, `localhost:9464`; null for anything else. */
export function parseMetricsAddress(text: string): MetricsAddress | null {
  const [, host = '127.0.0.1', digits] = /^(?:(.+):)?([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > maxPort) return null;
  const [, bracketed] = /^\[(.+)\]$/.exec(host) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { host: bracketed, port } : null;
  return /^[A-Za-z0-9.-]+$/.test(host) ? { host, port } : null;
}
