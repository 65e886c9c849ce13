// A passcode handler on Express and Redis as tutorials write it: SET with a TTL, GET, compare, DEL, sign.
import { randomInt } from 'node:crypto';
import express from 'express';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { deliver, jwtSecret, lifeSeconds, port, redisUrl } from './settings.mjs';

const redis = new Redis(redisUrl);
const app = express();
app.use(express.json());

app.post('/api/v1/otp/request', async (request, response) => {
  const { identity } = request.body;
  const code = String(randomInt(100_000, 1_000_000));
  await redis.set(`otp:${identity}`, code, 'EX', lifeSeconds);
  deliver(identity, code);
  response.json({ success: true, message: 'OTP sent successfully.', ttl_seconds: lifeSeconds });
});

app.post('/api/v1/otp/verify', async (request, response) => {
  const { identity, otp } = request.body;
  const code = await redis.get(`otp:${identity}`);
  if (code === null || code !== otp) return response.status(401).json({ success: false });
  await redis.del(`otp:${identity}`);
  const token = jwt.sign({ sub: identity }, jwtSecret, { expiresIn: 900 });
  response.json({ success: true, access_token: token, token_type: 'bearer', expires_in: 900 });
});

app.get('/api/v1/token/verify', (request, response) => {
  const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  try {
    response.json({ active: true, claims: jwt.verify(token, jwtSecret, { algorithms: ['HS256'] }) });
  } catch {
    response.status(401).json({ active: false });
  }
});

app.listen(port, '127.0.0.1');
