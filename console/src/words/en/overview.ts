export const overview = {
  title: 'Overview', lead: 'What your keys did in the last {{days}} days.', balance: 'Balance', spend: 'Spent', calls: 'Calls', tokens: 'Tokens', hits: 'Cache hits', latency: 'Median latency',
  errors: '{{share}} failed', in_out: '{{in}} in, {{out}} out', p95: 'p95 {{time}}', of_input: 'of input tokens', spend_chart: 'Spent each day', token_chart: 'Tokens each day', table: 'As a table',
  day: 'Day', quiet: 'No calls in this time', quiet_text: 'Create a key, point a client at the hub, and its calls appear here.', first: 'Take the first steps', read: 'Cached', input: 'Input', output: 'Output', period: 'Time span',
  d7: '7 days', d30: '30 days', d90: '90 days', left: 'USD, prepaid',
};
