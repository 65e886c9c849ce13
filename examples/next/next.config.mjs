/** The server reads files of its own package, so it must not be bundled. */
export default { serverExternalPackages: ['stateless-otp'] };
