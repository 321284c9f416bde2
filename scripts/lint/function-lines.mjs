/**
 * ESLint rule: how many lines of its own a function may have. Blank lines, comments and the functions inside it do not
 * count, so that a factory is measured by what it does itself and each of its functions by itself.
 */
export const functionLines = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'integer', minimum: 1 }],
    messages: { long: 'This function has {{lines}} lines of its own; at most {{max}} are allowed. Take it apart.' },
  },
  create(context) {
    const [max] = context.options;
    const source = context.sourceCode;
    /** The functions that are open, each with the lines of the functions inside it. */
    const open = [];
    const enter = () => open.push(new Set());
    const leave = (node) => {
      const inner = open.pop();
      const tokens = source.getTokens(node);
      const own = new Set(tokens.flatMap(({ loc }) => linesOf(loc)).filter((line) => !inner.has(line)));
      if (own.size > max)
        context.report({ loc: source.getFirstToken(node).loc, messageId: 'long', data: { lines: own.size, max } });
      // The line a function begins on is its parent's too: the call or the name stands there.
      for (const line of linesOf(node.loc).slice(1)) open.at(-1)?.add(line);
      for (const line of inner) open.at(-1)?.add(line);
    };
    return Object.fromEntries(
      ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].flatMap((type) => [
        [type, enter],
        [`${type}:exit`, leave],
      ]),
    );
  },
};

function linesOf({ start, end }) {
  return Array.from({ length: end.line - start.line + 1 }, (_, i) => start.line + i);
}
