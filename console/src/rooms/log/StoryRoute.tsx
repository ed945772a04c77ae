import { Text } from '@mantine/core';
import { Icon } from '@/kit/Icon';
import { Pill } from '@/kit/States';
import { useWords } from '@/kit/words';
import type { CallStory } from './calls';
import classes from './story.module.css';

type Group = NonNullable<CallStory['route']>['groups'][number];

/** What the call needed, and each group in the order in which it was considered, with the reason why it serves or was passed over. */
export function StoryRoute({ call }: { call: CallStory }) {
  const { t } = useWords();
  const needs = call.needs;
  return (
    <>
      <div className={classes.needs}>
        <Text size="sm" c="dimmed" component="span">{t('log.needs')}</Text>
        {needs == null ? <Text size="sm" component="span">{t('log.needs_unknown')}</Text>
          : needs.length === 0 ? <Text size="sm" component="span">{t('log.needs_none')}</Text>
            : needs.map((need) => <Pill key={need}>{t(`log.need.${need as 'tools'}`, { defaultValue: need })}</Pill>)}
      </div>
      {call.route?.refusal_code != null && <Text size="sm" className={classes.refusal}><code>{call.route.refusal_code}</code> {call.route.refusal}</Text>}
      {call.route == null
        ? <Text size="sm" c="dimmed">{t('log.no_route')}</Text>
        : (
          <ol className={classes.groups}>
            {call.route.groups.map((group, at) => <GroupStep key={`${String(at)} ${group.group}`} group={group} />)}
          </ol>
        )}
    </>
  );
}

function GroupStep({ group }: { group: Group }) {
  const { t } = useWords();
  const state = group.chosen ? 'chosen' : group.code == null ? 'could' : 'passed';
  return (
    <li className={classes.group} data-state={state}>
      <span className={classes.mark} aria-hidden="true"><Icon name={state === 'chosen' ? 'check' : state === 'passed' ? 'cross' : 'dots'} size={13} weight={2.400} /></span>
      <div className={classes.groupBody}>
        <span className={classes.groupName}>{group.group}<Pill tone={state === 'chosen' ? 'good' : 'plain'}>{t(`log.group_states.${state}`)}</Pill>{group.code != null && <code>{group.code}</code>}</span>
        <span className={classes.reason}>{group.reason}</span>
        {group.channels.length > 0 && (
          <ul className={classes.channels}>
            {group.channels.map((channel) => (
              <li key={channel.channel} data-result={channel.result}>
                <span className={classes.channelName}>{channel.channel}</span><Pill tone={channel.result === 'chosen' ? 'good' : channel.result === 'cooling' ? 'warn' : 'plain'}>{t(`log.results.${channel.result as 'chosen'}`)}</Pill>
                <span className={classes.reason}>{channel.reason}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
