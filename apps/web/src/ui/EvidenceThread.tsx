import type { ReactNode } from 'react';

export interface ThreadStep {
  readonly key: string;
  readonly title: ReactNode;
  readonly detail?: ReactNode;
  readonly aside?: ReactNode;
  readonly open?: boolean;
  readonly onOpen?: () => void;
  readonly content?: ReactNode;
}

/** The amber line that ties a claim to its sources: numbered steps, each can be opened where it stands. */
export function EvidenceThread({
  claim,
  steps,
  footer,
}: {
  claim?: ReactNode;
  steps: readonly ThreadStep[];
  footer?: ReactNode;
}) {
  return (
    <div className="thread">
      {claim && <div className="thread-claim">{claim}</div>}
      <ol>
        {steps.map((step, at) => (
          <li key={step.key} className={step.open ? 'open' : undefined}>
            <span className="thread-number" aria-hidden="true">
              {at + 1}
            </span>
            {step.onOpen ? (
              <button type="button" className="thread-step" onClick={step.onOpen} aria-expanded={step.open ?? false}>
                <StepText step={step} />
              </button>
            ) : (
              <div className="thread-step">
                <StepText step={step} />
              </div>
            )}
            {step.open && step.content && <div className="thread-content">{step.content}</div>}
          </li>
        ))}
      </ol>
      {footer && <div className="thread-footer">{footer}</div>}
    </div>
  );
}

function StepText({ step }: { step: ThreadStep }) {
  return (
    <>
      <span className="thread-title">{step.title}</span>
      {step.aside && <span className="thread-aside">{step.aside}</span>}
      {step.detail && <span className="thread-detail">{step.detail}</span>}
    </>
  );
}
