// What Node, Bun and Deno run.
import { runJourney } from './journey.js';

process.stdout.write(`${JSON.stringify(await runJourney(JSON.parse(process.env.JOURNEY ?? '')))}\n`);
