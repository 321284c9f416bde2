import { Select } from 'antd';
import { useState } from 'react';

interface StillSelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

/**
 * A choice where there are many on one page: it looks like the field and becomes one when it has the focus or is pressed.
 * A field that floats, searches and measures takes longer to make than the row it stands in.
 */
export function StillSelect<T extends string>({ label, value, options, onChange }: StillSelectProps<T>) {
  const [state, setState] = useState<'still' | 'field' | 'open'>('still');
  if (state === 'still')
    return (
      <button
        type="button"
        className="still-select"
        role="combobox"
        aria-expanded={false}
        aria-haspopup="listbox"
        aria-label={label}
        onFocus={(event) => {
          // By the keyboard; a pointer has yet to be let go.
          if (event.currentTarget.matches(':focus-visible')) setState('field');
        }}
        onClick={() => setState('open')}
      >
        {options.find((one) => one.value === value)?.label ?? value}
      </button>
    );
  return (
    <Select<T>
      autoFocus
      defaultOpen={state === 'open'}
      aria-label={label}
      value={value}
      onChange={onChange}
      onBlur={() => setState('still')}
      options={[...options]}
      popupMatchSelectWidth={false}
    />
  );
}
