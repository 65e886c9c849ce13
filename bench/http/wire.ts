/** How one system is spoken to. */
export interface Protocol {
  request(identity: string): Buffer;
  verify(identity: string, code: string): Buffer;
  bearer(token: string): Buffer;
  /** Status of the answer to a wrong code. */
  wrongStatus: number;
}

const base = '/api/v1';

/** Our wire format, and that of the systems made to be called like ours. */
export const commonProtocol: Protocol = {
  request: (identity) => post(`${base}/otp/request`, { identity }),
  verify: (identity, otp) => post(`${base}/otp/verify`, { identity, otp }),
  bearer: (token) => get(`${base}/token/verify`, { Authorization: `Bearer ${token}` }),
  wrongStatus: 401,
};

/** For what has one route that does nothing. */
export const helloProtocol: Protocol = {
  ...commonProtocol,
  request: (identity) => post('/hello', { identity }),
  bearer: (token) => get('/hello', { Authorization: `Bearer ${token}` }),
};

/** As behind a proxy: each request comes from another address, so the address limits count and never refuse. */
export const proxiedProtocol: Protocol = {
  ...commonProtocol,
  request: (identity) => post(`${base}/otp/request`, { identity }, forwardedHeader()),
  verify: (identity, otp) => post(`${base}/otp/verify`, { identity, otp }, forwardedHeader()),
  bearer: (token) => get(`${base}/token/verify`, { Authorization: `Bearer ${token}`, ...forwardedHeader() }),
};

export const betterAuthProtocol: Protocol = {
  ...commonProtocol,
  request: (email) => post('/api/auth/email-otp/send-verification-otp', { email, type: 'sign-in' }),
  verify: (email, otp) => post('/api/auth/sign-in/email-otp', { email, otp }),
  wrongStatus: 400,
};

function post(path: string, body: object, headers: Record<string, string> = {}): Buffer {
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
