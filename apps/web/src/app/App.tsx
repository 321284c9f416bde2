import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { ConfigProvider } from 'antd';
import enGB from 'antd/locale/en_GB';
import zhCN from 'antd/locale/zh_CN';
import { useEffect, useMemo } from 'react';
import { queryClient } from '../api/queries.ts';
import { Gate } from './Gate.tsx';
import { usePreferences, useThemeName } from './preferences.ts';
import { router } from './router.tsx';
import { antdThemeOf, applyTheme } from './theme.ts';

const locales = { zh: zhCN, en: enGB };

export function App() {
  const name = useThemeName();
  const { language } = usePreferences();
  const theme = useMemo(() => antdThemeOf(name), [name]);
  useEffect(() => applyTheme(name), [name]);
  return (
    <ConfigProvider
      theme={theme}
      locale={locales[language]}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
    >
      <QueryClientProvider client={queryClient}>
        <Gate>
          <RouterProvider router={router} />
        </Gate>
      </QueryClientProvider>
    </ConfigProvider>
  );
}
