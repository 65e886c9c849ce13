import { OtpError } from '../errors.js';
import type { Route } from './route.js';
import { toWebRequest } from './web.js';

/** A page that takes Web-standard requests. */
export interface PageRoute {
  method: 'GET' | 'POST';
  path: string;
  /** @param ip the address to count against */
  handle(request: Request, ip: string): Promise<Response>;
}

export function adaptPage(page: Route | PageRoute): Route {
  if ('answer' in page) return page;
  const { method, path, handle } = page;
  return {
    method,
    path,
    access: ['open'],
    async answer(request, { address = '' }) {
      const body = method === 'GET' ? null : await request.readBytes().catch(toNull);
      const response = await handle(toWebRequest(request, { body: body && new Uint8Array(body) }), address);
      const headers = Object.fromEntries(response.headers);
      const cookies = response.headers.getSetCookie();
      if (cookies.length > 0) Object.assign(headers, { 'set-cookie': cookies });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: fixCase(headers), body: response.body && bytes };
    },
  };
}

const fixCase = (headers: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ]),
  );

function toNull(error: unknown): null {
  if (error instanceof OtpError) return null;
  throw error;
}
