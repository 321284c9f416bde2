import { Button, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import type { CanvasTool } from './canvasTypes.ts';

interface CanvasToolsProps {
  readonly tool: CanvasTool;
  readonly between: boolean;
  readonly withMap: boolean;
  readonly onTool: (tool: CanvasTool) => void;
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
  readonly onLayout: () => void;
  readonly onBetween: () => void;
  readonly onMap: () => void;
  readonly onUndo: (() => void) | null;
  readonly onRedo: (() => void) | null;
}

/** What is done to the drawing itself, in its corner. */
export function CanvasTools(props: CanvasToolsProps) {
  const { t } = useTranslation();
  const one = (icon: IconName, label: string, onClick: (() => void) | null, pressed?: boolean) => (
    <Tooltip key={label} title={label} placement="right">
      <Button
        type="text"
        icon={<Icon name={icon} />}
        aria-label={label}
        aria-pressed={pressed}
        disabled={!onClick}
        onClick={onClick ?? undefined}
      />
    </Tooltip>
  );
  const tool = (name: CanvasTool, icon: IconName) =>
    one(icon, t(`graph.tool.${name}`), () => props.onTool(name), props.tool === name);
  return (
    <div className="canvas-tools" role="toolbar" aria-label={t('graph.tools')} aria-orientation="vertical">
      {tool('move', 'pointer')}
      {tool('lasso', 'lasso')}
      {tool('box', 'box')}
      <hr />
      {one('plus', t('graph.zoomIn'), () => props.onZoom(1.4))}
      {one('minus', t('graph.zoomOut'), () => props.onZoom(1 / 1.4))}
      {one('target', t('graph.fit'), props.onFit)}
      {one('map', t('graph.minimap'), props.onMap, props.withMap)}
      <hr />
      {one('refresh', t('graph.relayout'), props.onLayout)}
      {one('graph', t('graph.betweenAll'), props.onBetween, props.between)}
      <hr />
      {one('undo', t('graph.undo'), props.onUndo)}
      {one('redo', t('graph.redo'), props.onRedo)}
    </div>
  );
}
