/** The package yaml, run stage by stage, so that depth is known before anything recurses. */
import { Composer, type Document, Lexer, type ParsedNode, Parser } from 'yaml'
import { maxDepth } from './limits.ts'

/** A document, or why there is none: offsets in UTF-16 units. */
export type Composed =
  | { readonly document: Document.Parsed<ParsedNode> }
  | { readonly code: string; readonly message: string; readonly at: number }

/**
 * Composes a YAML text.
 *
 * The lexer and the parser keep their stack on the heap, the composer recurses: nested deeply
 * enough it takes the process down, so the parser's stack is watched while tokens come in.
 */
export function compose(text: string): Composed {
  const parser = new Parser()
  const tokens = []
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    // The document itself and the scalar being read are no levels.
    if (parser.stack.length > maxDepth + 2)
      return {
        code: 'too-deep',
        message: `nested deeper than ${maxDepth} levels`,
        at: parser.offset,
      }
  }
  for (const token of parser.end()) tokens.push(token)
  const composer = new Composer({
    intAsBigInt: true,
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const [document, second] = composer.compose(tokens, true, text.length)
  if (second)
    return {
      code: 'yaml-syntax',
      message: 'a second document begins here: write one document per file',
      at: second.range[0],
    }
  if (!document) throw new Error('the composer gave no document')
  return { document }
}
