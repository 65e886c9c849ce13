import { createInterface } from 'node:readline/promises';
import { OTPClient, OTPError } from 'stateless-otp-sdk';

const client = new OTPClient({ baseUrl: process.env.OTP_URL ?? 'http://localhost:8000/api/v1' });
const terminal = createInterface({ input: process.stdin, output: process.stdout });
try {
  await client.requestOTP('alice@example.com');
  await client.verifyOTP('alice@example.com', await terminal.question('Code: '));
  const { claims } = await client.verifyBearer();
  console.log(`Signed in as ${claims?.sub}`);
} catch (error) {
  if (!(error instanceof OTPError)) throw error;
  console.log(`${error.code}: ${error.message}`);
} finally {
  terminal.close();
}
