/**
 * Addresses carry plain text. The router's own notation reads digits as numbers, which would cut node ids of 19 digits
 * short.
 */
export const parseSearch = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text));

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  // Commas and colons separate lists here and may stand in an address as they are.
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text ? `?${text}` : '';
}

export const listOfText = (text: string | undefined): string[] => (text ? text.split(',').filter(Boolean) : []);
export const textOfList = (list: readonly string[]): string | undefined => (list.length ? list.join(',') : undefined);
