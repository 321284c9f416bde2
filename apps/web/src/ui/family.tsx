import type { NodeFamily } from '@guanxi/contracts';

/** Each family has a shape as well as a colour, so that neither is needed to tell them apart. */
export const familyGlyph: Record<NodeFamily, string> = {
  person: '●',
  identifier: '⬡',
  product: '◆',
  market: '▲',
  need: '♥',
  event: '■',
  segment: '◍',
  campaign: '★',
};

export const families = Object.keys(familyGlyph) as NodeFamily[];

export function FamilyGlyph({ family, size = 12 }: { family: NodeFamily; size?: number }) {
  return (
    <span className="glyph" style={{ color: `var(--family-${family})`, fontSize: size }} aria-hidden="true">
      {familyGlyph[family]}
    </span>
  );
}
