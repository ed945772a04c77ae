export const audit = {
  title: 'Audit log', lead: 'Every change of the hub, through the console, the API, the command line or a file. Lines are added and never altered.', empty: 'Nothing was changed yet', empty_text: 'What anybody changes appears here.',
  what: 'What', changes: 'From what to what', who: 'Who', when: 'When', subject: 'What, such as “group auto”', from: 'From', to: 'To', none: 'none', becomes: 'becomes',
};
