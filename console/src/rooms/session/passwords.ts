/** Shorter ones are refused by the hub too; saying so before sending spares a round. */
export const LeastPassword = 12;

/** What is wrong with a new password and its repetition, by field. */
export function passwordErrors(password: string, repeat: string, say: { short: string; differ: string }): { password?: string; repeat?: string } {
  if (password.length < LeastPassword) {
    return { password: say.short };
  }

  return password === repeat ? {} : { repeat: say.differ };
}
