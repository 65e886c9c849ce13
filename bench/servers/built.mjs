// What is measured is the build, as users run it.

/**
 * Loads a module of `dist/`.
 *
 * @param {string} path
 */
export function loadBuilt(path) {
  return import(new URL(`../../dist/${path}`, import.meta.url).href);
}
