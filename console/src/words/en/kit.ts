export const app = { name: 'AIOHub', skip: 'Skip to content' };

export const nav = {
  label: 'Main navigation', overview: 'Overview', keys: 'API keys', settings: 'Settings', operate: 'Operate', open: 'Open navigation', close: 'Close navigation',
  search: 'Go to…', palette: 'Search pages and actions', none: 'Nothing of that name', account: 'Account of {{name}}', sign_out: 'Sign out', language: 'Language', scheme: 'Appearance',
  light: 'Light', dark: 'Dark', auto: 'As the system', go: 'Pages', acts: 'Actions', new_key: 'Create an API key', first_run: 'First steps',
  channels: 'Channels', groups: 'Groups', health: 'Health', catalog: 'Models', prices: 'Prices', playground: 'Playground', log: 'Request log', dashboard: 'Dashboard', wallet: 'Wallet', users: 'Users', audit: 'Audit log',
  codes: 'Redemption codes', alerts: 'Alerts', configuration: 'Configuration', hub_settings: 'Hub settings', my_alerts: 'My alerts',
};

export const acts = {
  save: 'Save', cancel: 'Cancel', close: 'Close', back: 'Back', retry: 'Try again', copy: 'Copy', copied: 'Copied', remove: 'Remove', revoke: 'Revoke', edit: 'Edit', create: 'Create',
  more: 'Show more', next: 'Continue', done: 'Done', skip: 'Skip', clear: 'Clear filters', columns: 'Columns', order: 'Order', optional: 'optional', actions: 'Actions for {{name}}', saved: 'Saved',
};

export const states = {
  loading: 'Loading', none: 'Nothing here yet', no_match: 'Nothing matches', no_match_text: 'Loosen or clear the filters to see more.', end: 'That is all: {{count}}',
  loaded: '{{count}} shown', yes: 'Yes', no: 'No', never: 'Never', on: 'On', off: 'Off',
  same: 'as before', times: '{{factor}}×', than_before: 'Compared with the period before, which was as long', others: '{{count}} more',
};

export const trouble = {
  title: 'That did not work', unreachable: 'The hub did not answer. Check the connection, then try again.', request: 'Request {{id}}', broken: 'This page broke',
  broken_text: 'It is a fault of the console, not of yours. Nothing was changed. Loading it anew usually helps.', reload: 'Load anew', lost: 'There is no such page',
  lost_text: 'The address may be mistyped, or what it showed is gone.', home: 'To the overview', changed: 'It was changed meanwhile',
  changed_text: 'Somebody else saved a change after you opened this. Look at the present state; what you typed is kept until you leave.', load_present: 'Load the present state',
  wait: 'Too many tries. Try again in {{seconds}} s.', not_json: 'Something between you and the hub answered in its place. Check the address and any proxy.', not_allowed: 'Your role does not allow this.',
};
