// Loaded before a server: SIGUSR2 starts the CPU profiler, and the next SIGUSR2 writes what it saw to BENCH_PROFILE_FILE.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 200 });
let isOn = false;

process.on('SIGUSR2', async () => {
  isOn = !isOn;
  if (isOn) return session.post('Profiler.start');
  const { profile } = await session.post('Profiler.stop');
  writeFileSync(process.env['BENCH_PROFILE_FILE'] ?? '', JSON.stringify(profile));
});
