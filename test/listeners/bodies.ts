import { ask, type Case, check, json, post, valid } from './requests.js';

const chunked = `${json}Transfer-Encoding: chunked\r\n`;
const inChunks = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const declaring = (length: string) => `${json}Content-Length: ${length}\r\n`;

// Attack: smuggle a second request into a body whose length is read in two ways.
export const bodies: Case[] = [check, `${check}?`]
  .flatMap((path) => [
    ...[
      post(path, json, valid),
      post(path, json, valid.padEnd(4096)),
      post(path, json, `\xEF\xBB\xBF${valid}`),
      post(path, chunked, inChunks(valid)),
      post(path, chunked, inChunks(valid.padEnd(4096))),
      post(path, chunked, `1;a=b\r\n{\r\nc\r\n${valid.slice(1)}\r\n0\r\nX-Trailer: y\r\n\r\n`),
    ].map((send) => ({ send, expect: 200 })),
    ...[
      ask('POST', path),
      ask('POST', path, json),
      post(path, json, ''),
      post(path, chunked, '0\r\n\r\n'),
      post(path, '', valid),
      post(path, json, '{'),
      post(path, json, 'null'),
      post(path, json, '"x"'),
      post(path, json, '{"token":"\xFF"}'),
      post(path, json, '{"token":"x","__proto__":{}}'),
      post(path, json, valid.padEnd(4097)),
      post(path, json, valid.padEnd(200_000)),
      post(path, chunked, inChunks(valid.padEnd(4097))),
      post(path, chunked, inChunks(valid.padEnd(100_000))),
      post(path, chunked, `zz\r\n${valid}\r\n0\r\n\r\n`),
      post(path, `${json}Transfer-Encoding: gzip\r\n`, valid),
      post(path, `${declaring('5')}Transfer-Encoding: chunked\r\n`, inChunks(valid)),
      post(path, `${chunked}Content-Length: 13\r\n`, inChunks(valid)),
      post(path, `${declaring('13')}Content-Length: 14\r\n`, valid),
      post(path, `${declaring('13')}Content-Length: 13\r\n`, valid),
      ...['13, 13', '-1', '+13', '0xd', '1e1', '99999999999999999999'].map((length) =>
        post(path, declaring(length), valid),
      ),
      // Shorter than what comes: the connection is closed, so the rest is no request.
      post(path, declaring('5'), valid),
    ].map((send) => ({ send, expect: 400 })),
    {
      send: post(path, `${json}Content-Encoding: gzip\r\n`, '\x1F\x8B\x08\0'),
      expect: { status: 415, headers: { 'accept-encoding': 'identity' } },
    },
    { send: post(path, `${json}Expect: 200-ok\r\n`, valid), expect: 417 },
    { send: post(path, `${json}Expect: 100-continue\r\n`, valid), expect: 200 },
    { send: post(path, `${json}Expect: 100-continue\r\n`, valid.padEnd(5000)), expect: 400 },
  ])
  .concat(
    ['/livez', '/livez?'].flatMap((path) =>
      ['abc', ' '.repeat(9000)].map((body) => ({
        send: ask('GET', path, `Content-Length: ${body.length}\r\n`, body),
        expect: 200,
      })),
    ),
  );
