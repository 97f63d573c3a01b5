/**
 * onnxruntime's builds for Linux keep a database below the home folder and report to their maker over HTTPS, unless they are told not to
 * before the first session. Whoever loads this package has told them.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
