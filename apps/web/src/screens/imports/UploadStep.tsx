import { Button } from 'antd';
import { useRef, useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { uploadFile } from '../../api/upload.ts';
import { ProgressBar } from '../../ui/charts.tsx';
import { bytes, clock } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Failure } from '../../ui/states.tsx';

interface Upload {
  readonly file: File;
  readonly share: number;
  readonly startedAt: number;
  readonly stop: AbortController;
}

const accepted = '.csv,.tsv,.txt,.jsonl,.ndjson,.json,.parquet,.xlsx,.gz,.zst';

function Progress({ upload }: { upload: Upload }) {
  const { t } = useTranslation();
  const sent = upload.share * upload.file.size;
  const seconds = (Date.now() - upload.startedAt) / 1000;
  const rate = seconds > 0.5 ? sent / seconds : 0;
  return (
    <div className="upload-progress" role="status">
      <div className="row between">
        <span className="clip">{upload.file.name}</span>
        <Button size="small" onClick={() => upload.stop.abort()}>
          {t('action.cancel')}
        </Button>
      </div>
      <ProgressBar share={upload.share} label={t('imports.uploading')} />
      <div className="row between meta">
        <span>
          {bytes(sent)} / {bytes(upload.file.size)}
        </span>
        <span>
          {rate > 0 &&
            `${t('job.rate', { rate: bytes(rate) })} · ${t('job.eta', { time: clock((upload.file.size - sent) / rate) })}`}
        </span>
      </div>
    </div>
  );
}

/** Takes a file by dropping or choosing, and sends it. */
export function UploadStep({ onFile }: { onFile: (file: string, name: string) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [upload, setUpload] = useState<Upload | null>(null);
  const [failed, setFailed] = useState<{ error: unknown; file: File } | null>(null);
  const send = async (file: File) => {
    const stop = new AbortController();
    const begun = { file, share: 0, startedAt: Date.now(), stop };
    setFailed(null);
    setUpload(begun);
    try {
      const done = await uploadFile(file, (share) => setUpload({ ...begun, share }), stop.signal);
      onFile(done.file, file.name);
    } catch (error) {
      if (!stop.signal.aborted) setFailed({ error, file });
      setUpload(null);
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) void send(file);
  };
  return (
    <section
      className={over ? 'drop over' : 'drop'}
      aria-label={t('imports.step.upload')}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {upload ? (
        <Progress upload={upload} />
      ) : (
        <>
          <Icon name="file" size={32} />
          <p className="drop-title">{t('imports.drop')}</p>
          <p className="muted">{t('imports.formats')}</p>
          <input
            ref={input}
            type="file"
            accept={accepted}
            hidden
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) void send(file);
            }}
          />
          <Button type="primary" onClick={() => input.current?.click()}>
            {t('imports.choose')}
          </Button>
          <p className="meta">{t('imports.twice')}</p>
        </>
      )}
      {failed && <Failure compact error={failed.error} retry={() => void send(failed.file)} />}
    </section>
  );
}
