import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Pages are tested as they are served: built. */
export default function build(): void {
  if (process.env.CONSOLE_IS_BUILT !== '1') {
    execFileSync('npm', ['run', '-s', 'build'], { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: 'inherit' });
  }
}
