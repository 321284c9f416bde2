import { guessPii, type Ontology, type PiiClass, piiClass } from '@guanxi/contracts';
import { Link } from '@tanstack/react-router';
import { Button, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { FamilyGlyph } from '../../ui/family.tsx';
import { jobTitle } from '../../ui/jobTitle.ts';
import { Panel } from '../../ui/Page.tsx';
import { Failure } from '../../ui/states.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { useSaveOntology } from './useSaveOntology.ts';

/** What a class of its own says where there is none: what name and value suggest. */
const GUESS = 'guess';
type Choice = PiiClass | typeof GUESS;
const keyOf = (type: string, name: string) => `${type}.${name}`;

/** The ontology with the classes that were chosen. */
function withClasses(ontology: Ontology, chosen: Readonly<Record<string, Choice>>): Ontology {
  const nodeTypes = Object.fromEntries(
    Object.entries(ontology.nodeTypes).map(([type, node]) => {
      const attributes = Object.entries(node.attributes).map(([name, { pii, ...rest }]) => {
        const choice = chosen[keyOf(type, name)] ?? pii ?? GUESS;
        return [name, choice === GUESS ? rest : { ...rest, pii: choice }];
      });
      return [type, { ...node, attributes: Object.fromEntries(attributes) as typeof node.attributes }];
    }),
  );
  return { ...ontology, nodeTypes };
}

/** Every attribute with how much it says of a person, which decides how it is masked; the guess where nobody said. */
export function Classes({ ontology }: { ontology: Ontology }) {
  const { t } = useTranslation();
  const names = useNames();
  const may = useMay()('ontology.manage');
  const [chosen, setChosen] = useState<Readonly<Record<string, Choice>>>({});
  const save = useSaveOntology();
  const rows = Object.entries(ontology.nodeTypes).flatMap(([type, node]) =>
    Object.entries(node.attributes).map(([name, { pii }]) => ({ type, name, pii, family: node.family })),
  );
  const changed = rows.some(({ type, name, pii }) => (chosen[keyOf(type, name)] ?? pii ?? GUESS) !== (pii ?? GUESS));
  return (
    <Panel
      title={t('ontology.tab.classes')}
      note={t('ontology.classesNote')}
      flush
      actions={
        may && (
          <Popconfirm
            title={t('ontology.saveAsk')}
            okText={t('action.save')}
            cancelText={t('action.cancel')}
            disabled={!changed}
            onConfirm={() => save.mutate(withClasses(ontology, chosen))}
          >
            <Button size="small" type="primary" disabled={!changed} loading={save.isPending}>
              {t('ontology.save')}
            </Button>
          </Popconfirm>
        )
      }
    >
      {save.isError && <Failure compact error={save.error} />}
      {save.data && (
        <p role="status">
          <Link to="/settings/jobs">{t('ontology.rebuilding', { title: jobTitle(save.data, t) })}</Link>
        </p>
      )}
      <div className="scroll-x">
        <table className="plain inset">
          <thead>
            <tr>
              <th>{t('ontology.type')}</th>
              <th>{t('ontology.attribute')}</th>
              <th>{t('ontology.class')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ type, name, pii, family }) => (
              <tr key={keyOf(type, name)}>
                <td>
                  <FamilyGlyph family={family} /> {names.nodeType(type)}
                </td>
                <td>
                  {names.attribute(type, name)} <code className="muted">{name}</code>
                </td>
                <td>
                  <Select<Choice>
                    size="small"
                    className="class-choice"
                    aria-label={`${names.nodeType(type)} · ${names.attribute(type, name)}`}
                    disabled={!may}
                    value={chosen[keyOf(type, name)] ?? pii ?? GUESS}
                    onChange={(choice) => setChosen({ ...chosen, [keyOf(type, name)]: choice })}
                    popupMatchSelectWidth={false}
                    options={[
                      {
                        value: GUESS,
                        label: t('ontology.classGuess', {
                          class: t(`ontology.pii.${guessPii(name, '', type === 'person').class}`),
                        }),
                      },
                      ...piiClass.options.map((value) => ({ value, label: t(`ontology.pii.${value}`) })),
                    ]}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
