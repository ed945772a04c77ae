export const session = {
  title: 'Sign in', lead: 'Your keys, calls and costs.', email: 'E-mail', password: 'Password', enter: 'Sign in', passkey: 'Sign in with a passkey', with: 'Continue with {{provider}}', or: 'or',
  no_account: 'No account yet?', sign_up: 'Create an account', has_account: 'Already have an account?', failed: 'E-mail and password do not belong together.',
  factor_title: 'One more step', factor_lead: 'Enter the six digits of your authenticator app, or one of your recovery codes.', code: 'Code', factor_enter: 'Confirm', other: 'Use another account',
  forgot: 'Forgot it? An operator of this hub can make you a one-time link.', passkey_failed: 'The passkey was not accepted, or the browser’s question was closed.',
  sign_up_title: 'Create an account', sign_up_lead: 'One address and one key for all models.', invitation: 'Invitation', invitation_hint: 'This hub takes new users by invitation.',
  name: 'Name', sign_up_enter: 'Create the account', closed_title: 'Sign-up is closed', closed_text: 'Ask an operator of this hub for an account.',
  password_hint: 'At least 12 characters. A few words that belong together only to you are easiest.', short: 'At least 12 characters', repeat: 'Password again', differ: 'The two are not the same.', need: 'Please fill this in.',
  link_title: 'One moment', link_lead: 'Your link is being checked.', link_bad: 'This link does not work any more', link_bad_text: 'Links work once, and for a limited time. Ask an operator of this hub for a new one.',
  set_up_title: 'Welcome to your hub', set_up_lead: 'Choose how you will sign in from now on. The link has done its work and is used up.', set_up_enter: 'Set up my account', signed_out: 'You are signed out.',
  aside_title: 'One address. One key. Every model.', aside_1: 'Every call is routed for a reason that you can read.', aside_2: 'Measured exactly, charged once.', aside_3: 'Yours: on your machine, under your rules.',
};
