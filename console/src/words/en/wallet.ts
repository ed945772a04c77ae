export const wallet = {
  title: 'Wallet', lead: 'What your calls are paid from.', balance: 'Balance', balance_text: 'USD, prepaid. Every call takes what it cost, to the nano-dollar.', spent_text: 'Nothing is left: calls are refused until money comes in.',
  entries: 'What moved', with_charges: 'with the charges of calls', empty: 'Nothing moved yet', empty_text: 'Redeemed codes and top-ups by an operator appear here.',
  at: 'When', kind: 'What', reason: 'Why', actor: 'Who', amount: 'Amount', kind_top_up: 'Top-up', kind_charge: 'Call', kind_refund: 'Refund', kind_adjustment: 'Adjustment', kind_redemption: 'Code', kind_transfer: 'Transfer',
  redeem: 'Redeem a code', redeem_text: 'Each works once. Case, hyphens and blanks do not matter.', code: 'Code', redeem_act: 'Redeem', redeemed: '{{amount}} are in your wallet. Balance: {{balance}}',
  statements: 'Statements', statements_text: 'A month as a table, from the opening balance to the closing one, for spreadsheets and bookkeeping. Days and months are UTC.', month: 'Month', download: 'Download as CSV',
};
