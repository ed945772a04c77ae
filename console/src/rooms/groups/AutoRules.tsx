import { ActionIcon, Button, MultiSelect, TagsInput, Text, TextInput } from '@mantine/core';
import { Icon } from '@/kit/Icon';
import { useWords } from '@/kit/words';
import type { Auto } from './calls';
import { shifted } from './order';
import classes from './groups.module.css';

/** A rule as it is typed. */
export interface RuleFields {
  /** Tells rules apart while they move; the hub never sees it. */
  key: number;
  model: string;
  groups: string[];
  dialects: string[];
  clients: string[];
  tags: string[];
}

const dialects = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'];
let keys = 0;

export const ruleOf = (rule?: Auto['rules'][number]): RuleFields => ({
  key: ++keys, model: rule?.model ?? '', groups: [...rule?.groups ?? []], dialects: [...rule?.dialects ?? []], clients: [...rule?.clients ?? []], tags: [...rule?.tags ?? []],
});

/** Rules of auto, the first that holds counts. */
export function AutoRules({ value, groups, errors, onChange }: { value: RuleFields[]; groups: string[]; errors: Record<string, string>; onChange: (next: RuleFields[]) => void }) {
  const { t } = useWords();
  const change = (at: number, next: Partial<RuleFields>) => { onChange(value.map((one, index) => (index === at ? { ...one, ...next } : one))); };
  const at = (index: number, member: string) => errors[`rules[${String(index)}].${member}`];
  return (
    <div className={classes.stack}>
      {value.length === 0 && <Text size="sm" c="dimmed">{t('groups.no_rules')}</Text>}
      <ol className={classes.rulesList} aria-label={t('groups.auto_rules')}>
        {value.map((rule, index) => {
          const of = { at: index + 1 };
          return (
            <li key={rule.key}>
              <fieldset className={classes.rule}>
                <legend>{t('groups.rule_no', of)}</legend>
                <span className={classes.ruleActs}>
                  <ActionIcon aria-label={t('groups.rule_up', of)} disabled={index === 0} onClick={() => { onChange(shifted(value, index, index - 1)); }}><Icon name="up" size={16} /></ActionIcon>
                  <ActionIcon aria-label={t('groups.rule_down', of)} disabled={index === value.length - 1} onClick={() => { onChange(shifted(value, index, index + 1)); }}><Icon name="down" size={16} /></ActionIcon>
                  <ActionIcon aria-label={t('groups.rule_remove', of)} onClick={() => { onChange(value.filter((one) => one !== rule)); }}><Icon name="cross" size={16} /></ActionIcon>
                </span>
                <div className={classes.two}>
                  <TextInput label={t('groups.rule_model')} description={t('groups.rule_model_hint')} placeholder="*" value={rule.model} error={at(index, 'model')} autoComplete="off" spellCheck={false} onChange={(event) => { change(index, { model: event.currentTarget.value }); }} />
                  <MultiSelect label={t('groups.rule_groups')} description={t('groups.rule_groups_hint')} searchable data={[...new Set([...groups, ...rule.groups])]} value={rule.groups} error={at(index, 'groups')} onChange={(next) => { change(index, { groups: next }); }} />
                  <MultiSelect label={`${t('groups.rule_dialects')} (${t('acts.optional')})`} placeholder={rule.dialects.length === 0 ? t('groups.all_dialects') : ''} data={dialects} value={rule.dialects} error={at(index, 'dialects')} clearable onChange={(next) => { change(index, { dialects: next }); }} />
                  <TagsInput label={`${t('groups.rule_clients')} (${t('acts.optional')})`} placeholder={rule.clients.length === 0 ? 'claude-cli/*' : ''} splitChars={[]} acceptValueOnBlur value={rule.clients} error={at(index, 'clients')} onChange={(next) => { change(index, { clients: next }); }} />
                  <TagsInput label={`${t('groups.rule_tags')} (${t('acts.optional')})`} placeholder={rule.tags.length === 0 ? t('groups.anybody') : ''} acceptValueOnBlur value={rule.tags} error={at(index, 'tags')} onChange={(next) => { change(index, { tags: next }); }} />
                </div>
              </fieldset>
            </li>
          );
        })}
      </ol>
      {errors.rules !== undefined && <Text size="sm" c="var(--mantine-color-error)">{errors.rules}</Text>}
      <div><Button variant="default" size="sm" leftSection={<Icon name="plus" size={16} />} onClick={() => { onChange([...value, ruleOf()]); }}>{t('groups.add_rule')}</Button></div>
    </div>
  );
}
