import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import 'dayjs/locale/en-gb';
import 'dayjs/locale/zh-cn';

const FORM = 'YYYY-MM-DD';

/** A day as `2026-11-21`, chosen in the console's language: a field of the browser would follow the browser's. */
export function DateField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (day: string | undefined) => void;
}) {
  const day = value ? dayjs(value) : null;
  return (
    <DatePicker
      aria-label={label}
      format={FORM}
      value={day?.isValid() ? day : null}
      onChange={(chosen) => onChange(chosen?.format(FORM))}
    />
  );
}
