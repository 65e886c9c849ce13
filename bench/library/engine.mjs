import { loadBuilt } from '../servers/built.mjs';
import { check } from './check.mjs';

/** @type {typeof import('../../src/engine.js')} */
const { createEngine } = await loadBuilt('engine.js');
const engine = createEngine({ secret: Buffer.alloc(32, 7), windowSeconds: 30 });
const identity = 'alice@example.com';

export const operations = {
  generate: () => () => engine.generate(identity),
  'verify right': () => {
    const code = engine.generate(identity);
    return () => {
      const result = engine.verify(identity, code);
      return check(result, result.valid);
    };
  },
  'verify wrong': () => () => engine.verify(identity, '000000'),
};
