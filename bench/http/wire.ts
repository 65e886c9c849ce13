/** How one system is spoken to. */
export interface Protocol {
  request(identity: string, more?: object): Buffer;
  verify(identity: string, code: string, more?: object): Buffer;
  bearer(token: string): Buffer;
  /** Asks as nginx does for a person with this session. */
  gate(token: string): Buffer;
  /** Status of the answer to a wrong code. */
  wrongStatus: number;
}

const base = '/api/v1';

/** Our wire format, and that of the systems made to be called like ours. */
export const commonProtocol: Protocol = createProtocol('otp_session', () => ({}));

/** As in production behind a proxy: each request comes from another address, so the address limits count and never refuse. */
export const proxiedProtocol: Protocol = createProtocol('__Host-otp_session', forwardedHeader);

/** For what has one route that does nothing. */
export const helloProtocol: Protocol = {
  ...commonProtocol,
  request: (identity) => post('/hello', { identity }),
  bearer: (token) => get('/hello', { Authorization: `Bearer ${token}` }),
  gate: (token) => get('/hello', gateHeaders('otp_session', token)),
};

/** A browser that asks for a page behind nginx, and does not know that somebody asks the gate. */
export const browserProtocol: Protocol = {
  ...proxiedProtocol,
  gate: (token) => get('/', { Cookie: `__Host-otp_session=${token}` }),
};

export const betterAuthProtocol: Protocol = {
  ...commonProtocol,
  request: (email) => post('/api/auth/email-otp/send-verification-otp', { email, type: 'sign-in' }),
  verify: (email, otp) => post('/api/auth/sign-in/email-otp', { email, otp }),
  wrongStatus: 400,
};

function createProtocol(cookie: string, createHeaders: () => Record<string, string>): Protocol {
  return {
    request: (identity, more) => post(`${base}/otp/request`, { identity, ...more }, createHeaders()),
    verify: (identity, otp, more) => post(`${base}/otp/verify`, { identity, otp, ...more }, createHeaders()),
    bearer: (token) => get(`${base}/token/verify`, { Authorization: `Bearer ${token}`, ...createHeaders() }),
    gate: (token) => get('/authz/auth-request', { ...gateHeaders(cookie, token), ...createHeaders() }),
    wrongStatus: 401,
  };
}

/** As in `examples/nginx/app.conf`. */
function gateHeaders(cookie: string, token: string): Record<string, string> {
  return {
    'X-Original-URL': 'https://app.example.com/',
    'X-Forwarded-Host': 'app.example.com',
    'X-Forwarded-Proto': 'https',
    Cookie: `${cookie}=${token}`,
  };
}

export function post(path: string, body: object, headers: Record<string, string> = {}): Buffer {
  const text = JSON.stringify(body);
  const all = { 'Content-Type': 'application/json', 'Content-Length': String(text.length), ...headers };
  return Buffer.from(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${writeHeaders(all)}\r\n${text}`);
}

function get(path: string, headers: Record<string, string>): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${writeHeaders(headers)}\r\n`);
}

function writeHeaders(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

let lastAddress = 0;

function forwardedHeader(): Record<string, string> {
  lastAddress += 1;
  const bytes = [lastAddress >> 16, lastAddress >> 8, lastAddress].map((part) => part & 255);
  return { 'X-Forwarded-For': `11.${bytes.join('.')}` };
}
