import { useEffect, useRef, useState, type RefObject } from 'react';

/** The size of an element as it changes; null before it is known. */
export function useSize<T extends HTMLElement>(): [RefObject<T | null>, { width: number; height: number } | null] {
  const box = useRef<T>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: Math.round(entry.contentRect.width), height: Math.round(entry.contentRect.height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, size];
}
