export const dashboard = {
  title: 'Dashboard', lead: 'What everybody’s calls came to, beside the time before.', h24: '24 hours', calls: 'Calls', charge: 'Charged', cost: 'Cost', margin: 'Margin', error_rate: 'Errors', latency: 'p95 latency', p50: 'p50 {{time}}', hits: 'Cache hits',
  behind: '{{calls}} older calls are still being added up; the figures lack them.', quiet_text: 'As soon as a key makes calls, traffic, money and times appear here.', when: 'When', traffic: 'Traffic', answered: 'Answered', errors: 'Errors', money: 'Charged and cost', times: 'Latency', first: 'First byte', first_p50: 'Median first byte',
  top: { model: 'Top models', user: 'Top users', channel: 'Top channels' }, calls_of: '{{calls}} calls', nothing_served: 'Served by nothing', gone: 'User {{id}}',
  flow: 'From groups to channels', flow_lead: 'Attempts, where they were made. Red: more than one in twenty says something against its channel.', group: 'Group', channel: 'Channel', attempts: 'Attempts', failing: 'Failing',
};
