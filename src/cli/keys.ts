import { chownSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { jwksMaxAgeSeconds } from '../otp.js';
import {
  generateKey,
  type KeyFile,
  type KeyFileAlgorithm,
  keyFileAlgorithms,
  parseKeyFile,
  type Rotation,
  rotateKeys,
} from '../tokens/key-file.js';
import { FailedError, formatJson, wrongUsage } from './command.js';

const keysActions = ['generate', 'rotate', 'list'] as const;

const ownerOnly = 0o600;

/**
 * Generates, rotates or lists the private keys of a file. Returns what to print, without secrets.
 *
 * @throws OtpError `invalid_request` with one line that says what is wrong; FailedError for a step that would break sign-ins
 * if it were taken now
 */
export function runKeys(command: {
  action: string | undefined;
  path: string;
  /** Default ES256. */
  algorithm: string | undefined;
  /** Skip the waiting time. */
  isForced: boolean;
  tokenTtlSeconds: number;
  /** Unix seconds. */
  now: number;
}): string {
  const { action, path, now } = command;
  switch (action) {
    case 'generate': {
      const file = { keys: [generateKey(resolveAlgorithm(command.algorithm), now)] };
      createFile(path, file);
      return `${path}: created\n${formatKeys(file)}\nSet JWT_PRIVATE_KEY_FILE=${path} and leave JWT_SECRET out.\n`;
    }
    case 'rotate': {
      const file = readKeys(path);
      const limits = command.isForced
        ? { now, spreadSeconds: 0, tokenTtlSeconds: 0 }
        : { now, spreadSeconds: jwksMaxAgeSeconds, tokenTtlSeconds: command.tokenTtlSeconds };
      const rotation = rotateKeys(file, resolveAlgorithm(command.algorithm ?? file.keys[0]?.alg), limits);
      if (rotation.step === 'too early') {
        throw new FailedError(
          `${path}: ${rotation.reason}; run this again in ${rotation.waitSeconds} s, or at once with --now`,
        );
      }
      replaceFile(path, rotation.file);
      return `${path}: ${describeStep[rotation.step]}\n${formatKeys(rotation.file)}\n`;
    }
    case 'list':
      return `${formatKeys(readKeys(path))}\n${describeMode(path)}`;
    default:
      throw wrongUsage(`keys: given "${action ?? ''}", allowed: ${keysActions.join(', ')}`);
  }
}

const describeStep: Record<Exclude<Rotation['step'], 'too early'>, string> = {
  added: 'step 1 of 3, a key was added that only checks; restart every instance, then rotate again',
  swapped:
    'step 2 of 3, the added key signs now; restart every instance, and rotate again once the old tokens have expired',
  dropped: 'step 3 of 3, the retired key was dropped; restart every instance',
};

function formatKeys({ keys }: KeyFile): string {
  const lines = keys.map(({ kid, alg, added, retired }, index) => {
    const fate = retired === undefined ? 'signs next' : `retired ${formatTime(retired)}`;
    const role = index === 0 ? 'signs' : `checks only, ${fate}`;
    return `${kid}  ${alg}  created ${formatTime(added)}  ${role}`;
  });
  return lines.join('\n');
}

function formatTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function describeMode(path: string): string {
  const mode = statSync(path).mode & 0o777;
  return mode === ownerOnly
    ? ''
    : `warning: ${path} has mode ${mode.toString(8)}; others can read it unless it is 600\n`;
}

function resolveAlgorithm(given = 'ES256'): KeyFileAlgorithm {
  const algorithm = keyFileAlgorithms.find((name) => name === given);
  if (!algorithm) throw wrongUsage(`--alg: given "${given}", allowed: ${keyFileAlgorithms.join(', ')}`);
  return algorithm;
}

function readKeys(path: string): KeyFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw wrongUsage(`--file: ${path} cannot be read; \`stateless-otp keys generate\` creates one`);
  }
  try {
    return parseKeyFile(text);
  } catch (error) {
    throw wrongUsage(`--file: ${path}: ${(error as Error).message}`);
  }
}

/** @throws OtpError `invalid_request` for a path where there is a file */
function createFile(path: string, file: KeyFile): void {
  try {
    writeFileSync(path, formatJson(file), { mode: ownerOnly, flag: 'wx' });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw wrongUsage(
      `--file: ${path} ${isThere ? 'already exists; it is not overwritten' : 'cannot be written'}`,
    );
  }
}

/** Atomic; the file stays private to its owner. */
function replaceFile(path: string, file: KeyFile): void {
  try {
    const target = realpathSync(path);
    const next = `${target}.next`;
    const { uid, gid } = statSync(target);
    rmSync(next, { force: true });
    writeFileSync(next, formatJson(file), { mode: ownerOnly, flag: 'wx' });
    // The service may run as a different user.
    chownSync(next, uid, gid);
    renameSync(next, target);
  } catch {
    throw wrongUsage(`--file: ${path} cannot be written`);
  }
}
