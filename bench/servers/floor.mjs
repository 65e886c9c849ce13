// The floor: bare node:http that parses the same JSON body, answers the same bytes and does no OTP work.
import { createServer } from 'node:http';
import { sentAnswer } from './answer.mjs';

createServer((request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString());
    const body = JSON.stringify(sentAnswer);
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}).listen(Number(process.env['BENCH_PORT']), '127.0.0.1');
