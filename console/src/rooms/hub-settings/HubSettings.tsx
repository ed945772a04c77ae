import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Page } from '@/kit/Page';
import { Loading, Trouble } from '@/kit/States';
import { toastDone } from '@/kit/toast';
import { useWords } from '@/kit/words';
import { settings as door, type HubChange } from './calls';
import { DoorPart } from './DoorPart';
import { MailPart } from './MailPart';
import { RoutingPart } from './RoutingPart';

export default function HubSettings() {
  const { t } = useWords();
  const client = useQueryClient();
  const read = useQuery({ queryKey: ['hub-settings'], queryFn: door.read });
  const save = async (body: HubChange) => {
    const kept = await door.change(body, read.data?.etag ?? '*');
    client.setQueryData(['hub-settings'], kept);
    toastDone(t('acts.saved'));
  };
  return (
    <Page narrow title={t('hub_settings.title')} lead={t('hub_settings.lead')}>
      {read.isPending && <Loading rows={8} />}
      {read.isError && <Trouble failure={read.error} retry={() => { void read.refetch(); }} />}
      {read.data !== undefined && <>
        <DoorPart read={read.data.value} save={save} />
        <MailPart key={JSON.stringify(read.data.value.mail ?? null)} read={read.data.value} save={save} />
        <RoutingPart read={read.data.value} save={save} />
      </>}
    </Page>
  );
}
