import { PasswordInput, SegmentedControl, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '@/kit/words';
import type { Field, SecretForm } from './calls';

/** Settings as the hub says that the type has them: no type is known here. */
export function Settings({ fields, value, onChange, error }: { fields: Field[]; value: Record<string, string>; onChange: (next: Record<string, string>) => void; error?: string | undefined }) {
  const set = (name: string, text: string) => {
    const { [name]: _gone, ...others } = value;
    onChange(text === '' ? others : { ...others, [name]: text });
  };
  return fields.map((field, at) => {
    const common = { label: field.name, description: field.hint, error: at === 0 ? error : undefined };
    return field.choices.length > 0
      ? <Select key={field.name} {...common} data={field.choices} value={value[field.name] ?? null} clearable searchable={field.choices.length > 6} placeholder="–" onChange={(choice) => { set(field.name, choice ?? ''); }} />
      : <TextInput key={field.name} {...common} placeholder={field.example ?? ''} value={value[field.name] ?? ''} onChange={(change) => { set(field.name, change.currentTarget.value); }} autoComplete="off" spellCheck={false} />;
  });
}

interface SecretProps {
  forms: SecretForm[];
  label: string;
  /** Given the secret as one text; empty while a part that is needed is missing. */
  onChange: (secret: string) => void;
  error?: string | undefined;
}

/** A secret in one of the ways in which its type writes it. It goes in and never comes out. */
export function Secret({ forms, label, onChange, error }: SecretProps) {
  const { t } = useWords();
  const [way, setWay] = useState(forms[0]?.name ?? 'key');
  const [parts, setParts] = useState<Record<string, string>>({});
  const [plain, setPlain] = useState('');
  const form = forms.find(({ name }) => name === way) ?? { name: 'key', parts: [], optional: [] };
  const tell = (next: Record<string, string>, whole: string, of: SecretForm) => {
    const missing = of.parts.some((part) => !of.optional.includes(part) && (next[part] ?? '').trim() === '');
    onChange(of.parts.length === 0 || of.name === 'service_account' ? whole : missing ? '' : JSON.stringify(Object.fromEntries(of.parts.filter((part) => (next[part] ?? '') !== '').map((part) => [part, next[part]]))));
  };
  const ways: Record<string, string> = { key: t('channels.way_key'), aws: t('channels.way_aws'), entra: t('channels.way_entra'), service_account: t('channels.way_service_account') };
  return (
    <Stack gap="sm">
      {forms.length > 1 && (
        <SegmentedControl
          aria-label={t('channels.secret_way')} value={way} data={forms.map(({ name }) => ({ value: name, label: ways[name] ?? name }))} style={{ alignSelf: 'flex-start' }}
          onChange={(next) => { setWay(next); tell(parts, plain, forms.find(({ name }) => name === next) ?? form); }}
        />
      )}
      {form.name === 'service_account'
        ? <Textarea label={label} description={t('channels.key_file')} value={plain} error={error} minRows={5} autosize maxRows={10} className="kit-code-input" autoComplete="off" spellCheck={false} onChange={(change) => { setPlain(change.currentTarget.value); tell(parts, change.currentTarget.value, form); }} />
        : form.parts.length === 0
          ? <PasswordInput label={label} description={t('channels.secret_hint')} value={plain} error={error} autoComplete="new-password" onChange={(change) => { setPlain(change.currentTarget.value); tell(parts, change.currentTarget.value, form); }} />
          : form.parts.map((part, at) => (
            <PasswordInput
              key={part} label={`${part}${form.optional.includes(part) ? ` (${t('acts.optional')})` : ''}`} value={parts[part] ?? ''} error={at === 0 ? error : undefined} autoComplete="new-password"
              onChange={(change) => { const next = { ...parts, [part]: change.currentTarget.value }; setParts(next); tell(next, plain, form); }}
            />
          ))}
    </Stack>
  );
}

/** One glob or name a line, as people type them. */
export const linesOf = (text: string): string[] => text.split(/[\n,]/).map((line) => line.trim()).filter((line) => line !== '');
