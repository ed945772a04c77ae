import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { putPages } from '../hub/real.mjs';

const console_ = fileURLToPath(new URL('../..', import.meta.url));

/** Pages are tested as they are served: built (for production: the test runner's own environment would bring React's larger one), and beside the hub. `CONSOLE_IS_BUILT=1`: the build of the hub has done both. */
export default function build(): void {
  if (process.env.CONSOLE_IS_BUILT !== '1') {
    execFileSync('npm', ['run', '-s', 'build'], { cwd: console_, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } });
    putPages(`${console_}/dist`);
  }
}
