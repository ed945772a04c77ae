export const health = {
  title: 'Health', lead: 'What serves, what rests and why. What needs somebody stands first.', as_of: 'As of {{when}}', healthy: 'Healthy', degraded: 'Degraded', cooling: 'Cooling', broken: 'Broken', disabled: 'Disabled',
  channels_well: 'Channels healthy', groups_serving: 'Groups serving', of_active: 'of those that are active', attempts: 'Attempts', since: 'since {{when}}', failing: 'Failing', failed_attempts: '{{count}} attempts failed',
  disabled_more: '{{count}} more are disabled', groups: 'Groups', channels: 'Channels', no_groups: 'No group is active', no_members: 'No channel serves it', changes: 'Changes', changes_lead: 'Every rest and every recovery, newest first.', no_changes: 'Nothing rested lately.',
  calls: '{{count}} calls', errors: '{{share}} failed', tries: '{{count}} attempts', quiet: 'No attempts', no_credentials: 'Needs no credential', all_well: 'Credentials: {{count}}, nothing held against them', in_no_group: 'In no group: it serves nobody',
  all_models: 'All models:', until: 'rests until {{when}}', waits: 'the next call proves it',
  phases: { closed: 'well again', resting: 'rests', half_open: 'waits for proof', probing: 'is being proved' },
  failures: {
    none: 'nothing', unreachable: 'unreachable', timeout: 'no answer in time', upstream_error: 'upstream errors', overloaded: 'overloaded', rate_limited: 'rate limited', quota_exhausted: 'quota used up', unauthorized: 'key refused',
    forbidden: 'not permitted', model_unknown: 'model unknown', object_missing: 'object missing', caller_fault: 'fault of the caller', abandoned: 'caller left', misconfigured: 'misconfigured', blocked: 'blocked on the way',
  },
};
