import type { Environment } from '../options/settings.js';

type NodeEnv = Pick<Environment, 'NODE_ENV'>;

function trimName({ NODE_ENV = 'development' }: NodeEnv): string {
  return NODE_ENV.trim();
}

export function isDevelopment(environment: NodeEnv): boolean {
  return trimName(environment) === 'development';
}

/** Whether development-only settings are refused. */
export function isProduction(environment: NodeEnv): boolean {
  return !['development', 'test'].includes(trimName(environment));
}
