import { tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

const features = tableFeatures({});

export interface Column<T> {
  readonly id: string;
  readonly header: ReactNode;
  /** A CSS grid track, such as `minmax(120px, 1fr)`. */
  readonly track: string;
  readonly cell: (row: T) => ReactNode;
  readonly align?: 'end';
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

/** Rows of any number: only those in view are in the document. Arrows move, Enter opens. */
export function VirtualTable<T extends object>(props: VirtualTableProps<T>) {
  const { label, columns, rows, rowKey, rowHeight = 40, selected, onOpen, onEnd, footer } = props;
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const definitions = useMemo<ColumnDef<typeof features, T>[]>(
    () =>
      columns.map((column) => ({
        id: column.id,
        header: () => column.header,
        cell: (info) => column.cell(info.row.original),
      })),
    [columns],
  );
  const table = useTable<typeof features, T>({ features, columns: definitions, data: rows as T[], getRowId: rowKey });
  const model = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: model.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => model[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (onEnd && model.length > 0 && last >= model.length - 5) onEnd();
  }, [last, model.length, onEnd]);

  const tracks = columns.map((column) => column.track).join(' ');
  const focusRow = (index: number) => {
    if (index < 0 || index >= model.length) return;
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
      End: model.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      focusRow(to);
    } else if (event.key === 'Enter' && event.target === event.currentTarget) {
      onOpen?.(row);
    }
  };

  return (
    <div className="vtable">
      <div
        className="vtable-scroll"
        role="table"
        aria-label={label}
        aria-rowcount={rows.length}
        ref={scroller}
        tabIndex={model.length === 0 ? undefined : -1}
      >
        <div className="vtable-head" role="rowgroup">
          <div role="row" className="vtable-row" style={{ gridTemplateColumns: tracks }}>
            {table.getHeaderGroups()[0]?.headers.map((header, at) => (
              <div key={header.id} role="columnheader" className={columns[at]?.align}>
                <table.FlexRender header={header} />
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const row = model[item.index];
            if (!row) return null;
            return (
              <div
                key={row.id}
                role="row"
                aria-rowindex={item.index + 1}
                aria-selected={selected === row.id || undefined}
                data-index={item.index}
                className={onOpen ? 'vtable-row body openable' : 'vtable-row body'}
                style={{ gridTemplateColumns: tracks, height: rowHeight, transform: `translateY(${item.start}px)` }}
                tabIndex={item.index === 0 || selected === row.id ? 0 : -1}
                onClick={() => onOpen?.(row.original)}
                onKeyDown={(event) => onKey(event, item.index, row.original)}
              >
                {row.getAllCells().map((cell, at) => (
                  <div key={cell.id} role="cell" className={columns[at]?.align}>
                    <table.FlexRender cell={cell} />
                  </div>
                ))}
              </div>
            );
          })}
        </div>
        {footer && <div className="vtable-foot">{footer}</div>}
      </div>
      <span className="visually-hidden">{t('table.keys')}</span>
    </div>
  );
}
