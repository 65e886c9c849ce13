import type { Handler } from '../../src/http/handler.js';

export interface Page {
  status: number;
  /** Where it came from in the end. */
  path: string;
  headers: Headers;
  text: string;
}

export interface PageClient {
  /** Cookies by name, as a browser keeps them. */
  cookies: Map<string, string>;
  get(path: string): Promise<Page>;
  /** Fills in the form of the page that goes to `action`, sends it and follows where it leads. */
  submit(page: Page, action: string, fields?: Record<string, string>): Promise<Page>;
  /** Sends a form as it is given, hidden fields and all, and follows nothing. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Page>;
}

/** A browser without scripts: it keeps cookies, sends forms and follows redirects, on this handler. */
export function createPageClient(
  handler: Handler,
  options: { origin?: string; headers?: Record<string, string>; remoteAddress?: string } = {},
): PageClient {
  const { origin = 'http://localhost:8000', headers: own = {}, remoteAddress = '192.0.2.1' } = options;
  const cookies = new Map<string, string>();

  async function send(
    method: string,
    path: string,
    body?: string,
    more: Record<string, string> = {},
  ): Promise<Page> {
    const headers = new Headers({ 'Accept-Language': 'en', ...own, ...more });
    if (cookies.size > 0)
      headers.set('Cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    if (body !== undefined) headers.set('Content-Type', 'application/x-www-form-urlencoded');
    const request = new Request(origin + path, { method, headers, ...(body === undefined ? {} : { body }) });
    const response = await handler(request, { remoteAddress });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/; Max-Age=0/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const answered = new Headers(response.headers);
    const location = answered.get('location');
    // As a browser resolves it, which knows the prefix.
    if (location !== null && !/^https?:/.test(location))
      answered.set('location', resolvePath(path, location));
    return { status: response.status, path, headers: answered, text: await response.text() };
  }

  async function follow(page: Page): Promise<Page> {
    const location = page.headers.get('location');
    return page.status === 303 && location?.startsWith('/') ? follow(await send('GET', location)) : page;
  }

  const encode = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  return {
    cookies,
    get: async (path) => follow(await send('GET', path)),
    post: (path, fields, headers) => send('POST', path, encode(fields), headers),
    async submit(page, action, fields = {}) {
      return follow(await send('POST', action, encode({ ...readHidden(page, action), ...fields })));
    },
  };
}

function resolvePath(from: string, to: string): string {
  const { pathname, search, hash } = new URL(to, `http://host.invalid${from}`);
  return pathname + search + hash;
}

/** The hidden fields of the form of a page that goes to `action`. */
export function readHidden(page: Page, action: string): Record<string, string> {
  const forms = page.text.match(/<form[\s\S]*?<\/form>/g) ?? [];
  const leadsThere = (form: string) => {
    const [, to] = /^<form[^>]* action="([^"]*)"/.exec(form) ?? [];
    return to !== undefined && resolvePath(page.path, to) === action;
  };
  const form = forms.find(leadsThere);
  if (form === undefined) throw new Error(`no form for ${action} on ${page.path}:\n${page.text}`);
  const fields = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, readEntities(value)]));
}

function readEntities(text: string): string {
  return text.replace(/&#(\d+);/g, (_, point: string) => String.fromCharCode(Number(point)));
}
