import { Text } from '@mantine/core';
import { Section } from '@/kit/Page';
import { Empty, Loading, Pill, Trouble } from '@/kit/States';
import { StatTile, StatTiles } from '@/kit/StatTile';
import { useFormats, useWords } from '@/kit/words';
import type { PartProps } from './GroupPage';
import { useUse } from './Told';
import classes from './groups.module.css';

/** Who would notice if the group changed. */
export function Use({ read }: PartProps) {
  const { t } = useWords();
  const formats = useFormats();
  const use = useUse(read.value.name);
  if (use.data === undefined) {
    return use.isError ? <Trouble failure={use.error} retry={() => { void use.refetch(); }} /> : <Loading rows={5} />;
  }

  const { keys, alone, users, carriers, replaces_groups: replaced, in_auto: inAuto } = use.data;
  return (
    <div className={classes.stack}>
      <div className={classes.tiles}><StatTiles>
        <StatTile label={t('groups.keys')} value={formats.count(keys)} note={t('groups.of_users', { count: users })} />
        <StatTile label={t('groups.alone')} value={formats.count(alone)} note={t('groups.alone_hint')} />
        <StatTile label={t('groups.auto')} value={inAuto ? t('states.yes') : t('states.no')} note={t('groups.auto_names')} />
        <StatTile label={t('groups.replaces')} value={formats.count(replaced.length)} note={replaced.join(', ') || t('groups.no_group')} />
      </StatTiles></div>
      <Section title={t('groups.carriers')} lead={keys > carriers.length ? t('groups.newest', { count: carriers.length }) : undefined}>
        {carriers.length === 0 ? <Empty icon="key" order={3} title={t('groups.nobody')} /> : (
          <div className={classes.scroll}>
            <table className={classes.table} aria-label={t('groups.carriers')}>
              <thead><tr><th scope="col">{t('groups.key')}</th><th scope="col">{t('groups.owner')}</th><th scope="col">{t('groups.key_groups')}</th><th scope="col">{t('groups.status')}</th></tr></thead>
              <tbody>{carriers.map((key) => (
                <tr key={key.id}><td><b>{key.name}</b></td><td>{key.owner}</td><td>{key.groups.join(' → ')}</td><td>{key.alone ? <Pill tone="warn">{t('groups.only_this')}</Pill> : <Text size="sm" c="dimmed" component="span">{t('groups.place', { at: key.place })}</Text>} {!key.enabled && <Pill>{t('states.off')}</Pill>}</td></tr>
              ))}</tbody>
            </table>
          </div>
        )}
      </Section>
    </div>
  );
}
