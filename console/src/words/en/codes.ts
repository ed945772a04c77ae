export const codes = {
  title: 'Redemption codes', lead: 'Money to give away: whoever redeems a code has it in their wallet.', create: 'Create codes', empty: 'No codes yet', empty_text: 'Make a batch, hand the texts out, see who redeemed which.', find: 'Find by tag',
  code: 'Code', amount: 'Worth', state: 'State', open: 'Open', redeemed: 'Redeemed', revoked: 'Revoked', expired: 'Expired', tag: 'Tag', batch: 'Batch', redeemed_by: 'Redeemed by', ends: 'Ends', created: 'Made',
  count: 'How many', each: 'Worth each, in USD', reason_hint: 'Stands in the ledger when a code is redeemed.', made: 'The codes are made', made_text: 'Take them along now: the hub keeps no text of them, and nobody can show them again.',
  revoke_batch: 'Revoke the batch', whole_batch: 'the whole batch', revoke_title: 'Revoke {{name}}?', revoke_text: 'What is not redeemed yet pays nobody any more. What was redeemed stays in the wallets.', revoked_done: '{{count}} revoked',
};
