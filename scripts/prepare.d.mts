export declare const root: string;
export declare const nodeArguments: readonly string[];
export declare const nodeEnvironment: Readonly<Record<string, string>>;
export declare function ensureInstalled(): void;
export declare function ensureConsole(): void;
