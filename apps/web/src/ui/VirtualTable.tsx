import { useVirtualizer } from '@tanstack/react-virtual';
import {
  memo,
  useEffect,
  useLayoutEffect,
  useRef,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon.tsx';

export interface Column<T> {
  readonly id: string;
  readonly header: ReactNode;
  /** A CSS grid track, such as `minmax(120px, 1fr)`. */
  readonly track: string;
  readonly cell: (row: T) => ReactNode;
  readonly align?: 'end';
  /** Present where rows can be sorted by it: how they are now, and what turns that round. */
  readonly sort?: { readonly now: 'ascending' | 'descending'; readonly onTurn: () => void };
}

interface VirtualTableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly rowHeight?: number;
  readonly selected?: string | null;
  readonly onOpen?: (row: T) => void;
  /** Called when the last rows come into view. */
  readonly onEnd?: () => void;
  readonly footer?: ReactNode;
  /** Follow the first row as new ones come, unless the reader has scrolled. */
  readonly stickToTop?: boolean;
}

interface RowProps<T> {
  readonly row: T;
  readonly index: number;
  readonly start: number;
  readonly height: number;
  readonly tracks: string;
  readonly columns: readonly Column<T>[];
  readonly selected: boolean;
  readonly openable: boolean;
  readonly act: (event: KeyboardEvent<HTMLDivElement> | null, index: number, row: T) => void;
}

function RowOf<T>({ row, index, start, height, tracks, columns, selected, openable, act }: RowProps<T>) {
  const style: CSSProperties = { gridTemplateColumns: tracks, height, transform: `translateY(${start}px)` };
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={selected || undefined}
      data-index={index}
      className={openable ? 'vtable-row body openable' : 'vtable-row body'}
      style={style}
      tabIndex={index === 0 || selected ? 0 : -1}
      onClick={() => act(null, index, row)}
      onKeyDown={(event) => act(event, index, row)}
    >
      {columns.map((column) => (
        <div key={column.id} role="cell" className={column.align}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
/** A row is drawn anew only when it or its columns are others: not because the table scrolls or its page is told something. */
const Row = memo(RowOf) as typeof RowOf;

/** Rows of any number: only those in view are in the document. Arrows move, Enter opens. */
export function VirtualTable<T extends object>(props: VirtualTableProps<T>) {
  const { label, columns, rows, rowKey, rowHeight = 40, selected, onOpen, onEnd, footer } = props;
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 4,
    // What a page leaves of the window until the table is measured, so that its rows are there in the first frame.
    initialRect: { width: window.innerWidth, height: 0.75 * window.innerHeight },
    getItemKey: (index) => (rows[index] ? rowKey(rows[index]) : index),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (onEnd && rows.length > 0 && last >= rows.length - 5) onEnd();
  }, [last, rows.length, onEnd]);

  const tracks = columns.map((column) => column.track).join(' ');
  const focusRow = (index: number) => {
    if (index < 0 || index >= rows.length) return;
    virtual.scrollToIndex(index);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true }),
    );
  };
  const onKey = (event: KeyboardEvent<HTMLDivElement>, index: number, row: T) => {
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      j: index + 1,
      k: index - 1,
      Home: 0,
      End: rows.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      focusRow(to);
    } else if (event.key === 'Enter' && event.target === event.currentTarget) {
      onOpen?.(row);
    }
  };
  // Rows keep one function for good, which does what the table of the moment does.
  const does = useRef<RowProps<T>['act']>(() => undefined);
  useLayoutEffect(() => {
    does.current = (event, index, row) => (event ? onKey(event, index, row) : onOpen?.(row));
  });
  const act = useRef<RowProps<T>['act']>((...given) => does.current(...given)).current;

  return (
    <div className="vtable">
      <div
        className="vtable-scroll"
        role="table"
        aria-label={label}
        aria-rowcount={rows.length}
        ref={scroller}
        tabIndex={rows.length === 0 ? undefined : -1}
      >
        <div className="vtable-head" role="rowgroup">
          <div role="row" className="vtable-row" style={{ gridTemplateColumns: tracks }}>
            {columns.map((column) => (
              <div key={column.id} role="columnheader" className={column.align} aria-sort={column.sort?.now}>
                {column.sort ? (
                  <button type="button" className="sort" onClick={column.sort.onTurn}>
                    {column.header}
                    <Icon name={column.sort.now === 'ascending' ? 'up' : 'down'} size={12} />
                  </button>
                ) : (
                  column.header
                )}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <Row
                key={item.key}
                row={row}
                index={item.index}
                start={item.start}
                height={rowHeight}
                tracks={tracks}
                columns={columns}
                selected={selected === rowKey(row)}
                openable={onOpen !== undefined}
                act={act}
              />
            );
          })}
        </div>
        {footer && <div className="vtable-foot">{footer}</div>}
      </div>
      <span className="visually-hidden">{t('table.keys')}</span>
    </div>
  );
}
