import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../api/problem';
import { useForm } from './useForm';

function Sample({ send }: { send: (values: { name: string; rpm: string }) => Promise<unknown> }) {
  const form = useForm({ name: '', rpm: '' }, (values): { name?: string } => (values.name === '' ? { name: 'needed' } : {}), send);
  return (
    <form onSubmit={(event) => { void form.submit(event); }}>
      {(['name', 'rpm'] as const).map((name) => {
        const { error, ...field } = form.field(name);
        return <label key={name}>{name}<input {...field} aria-invalid={error !== undefined} /><em data-testid={`${name}-error`}>{error}</em></label>;
      })}
      {form.failure !== undefined && <p role="alert">{(form.failure as Problem).message}</p>}
      <button disabled={form.busy}>send</button>
    </form>
  );
}

const type = (name: string, value: string) => { fireEvent.change(screen.getByLabelText(new RegExp(`^${name}`)), { target: { value } }); };
const press = () => { fireEvent.click(screen.getByRole('button')); };

describe('a form', () => {
  it('looks before it sends, and goes to the first field that is not right', async () => {
    const send = vi.fn();
    render(<Sample send={send} />);
    press();
    expect(screen.getByTestId('name-error')).toHaveTextContent('needed');
    await waitFor(() => { expect(screen.getByLabelText(/^name/)).toHaveFocus(); });
    expect(send).not.toHaveBeenCalled();
  });

  it('shows refusals at the fields that they name and keeps what was typed', async () => {
    const send = vi.fn().mockRejectedValue(new Problem(422, { code: 'invalid', detail: 'No.', errors: { name: ['Taken.'], 'limits.rpm': ['Too much.'] } }));
    render(<Sample send={send} />);
    type('name', 'laptop');
    type('rpm', '9');
    press();
    await waitFor(() => { expect(screen.getByTestId('name-error')).toHaveTextContent('Taken.'); });
    expect(screen.getByTestId('rpm-error')).toHaveTextContent('Too much.');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByLabelText(/^name/)).toHaveValue('laptop');
    type('name', 'laptop-2');
    expect(screen.getByTestId('name-error')).toBeEmptyDOMElement();
    expect(screen.getByTestId('rpm-error')).toHaveTextContent('Too much.');
  });

  it('says refusals that no field can show', async () => {
    const send = vi.fn().mockRejectedValue(new Problem(422, { code: 'invalid', detail: 'Elsewhere.', errors: { other: ['Hm.'] } }));
    render(<Sample send={send} />);
    type('name', 'laptop');
    press();
    expect(await screen.findByRole('alert')).toHaveTextContent('Elsewhere.');
  });

  it('sends once, however often it is pressed', async () => {
    let end: () => void = () => undefined;
    const send = vi.fn(() => new Promise<void>((resolve) => { end = resolve; }));
    render(<Sample send={send} />);
    type('name', 'laptop');
    press();
    fireEvent.submit(screen.getByRole('button').closest('form') ?? document.body);
    await waitFor(() => { expect(screen.getByRole('button')).toBeDisabled(); });
    expect(send).toHaveBeenCalledTimes(1);
    end();
    await waitFor(() => { expect(screen.getByRole('button')).toBeEnabled(); });
  });
});
