import { importMapping } from '@guanxi/contracts';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/Copy.tsx';
import { IssueList } from '../../ui/IssueList.tsx';
import { parseWith, type Issue } from '../../ui/parseWith.ts';
import { draftOf, mappingOf, type Draft } from './draft.ts';

/** The same mapping as text, for keeping it with code. */
export function JsonEditor({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => JSON.stringify(mappingOf(draft), null, 2));
  const [issues, setIssues] = useState<readonly Issue[]>([]);
  const apply = () => {
    const { value, issues: found } = parseWith(importMapping, text);
    setIssues(found);
    if (value) onChange(draftOf(value));
  };
  return (
    <div className="stack tight">
      <textarea
        className="code-area"
        rows={22}
        spellCheck={false}
        aria-label={t('imports.tab.json')}
        aria-invalid={issues.length > 0}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="row">
        <Button onClick={apply}>{t('imports.apply')}</Button>
        <CopyButton text={text} />
      </div>
      <IssueList issues={issues} />
    </div>
  );
}
