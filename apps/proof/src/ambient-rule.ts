import ts from 'typescript'
import { AMBIENT_EXEMPTIONS, AMBIENT_GLOBALS, AMBIENT_MEMBERS, AMBIENT_MODULES } from './ambient-names.ts'

export type AmbientFinding = { file: string; line: number; what: string }

/**
 * Every place where one of `files` reaches for ambient time, chance, environment, console, network or disk.
 * Judged by what a name resolves to, so that an alias, a destructuring, `globalThis` or a re-export hides
 * nothing. Names in types are free. `files` are paths of source files in `program`, relative to its folder.
 *
 * @throws RangeError where the program knows none of the names, as it has no Node types: it would find nothing.
 */
export function findAmbient(program: ts.Program, files: readonly string[]): readonly AmbientFinding[] {
  const checker = program.getTypeChecker()
  const ambient = resolveAmbientNames(program, checker)
  const root = program.getCurrentDirectory()
  return files.flatMap((file) => {
    const source = program.getSourceFile(`${root.replace(/\/$/, '')}/${file}`)
    if (source === undefined) throw new RangeError(`${file} is not part of the program.`)
    return findInFile({ file, source, checker, ambient })
  })
}

type AmbientNames = {
  bySymbol: ReadonlyMap<ts.Symbol, string>
  dateConstructor: ts.Symbol
}

type FileContext = { file: string; source: ts.SourceFile; checker: ts.TypeChecker; ambient: AmbientNames }

function findInFile({ file, source, checker, ambient }: FileContext): readonly AmbientFinding[] {
  const exempt = AMBIENT_EXEMPTIONS[file] ?? []
  if (exempt === 'everything') return []
  const findings = new Map<string, AmbientFinding>()

  function report(node: ts.Node, what: string | undefined): void {
    if (what === undefined || exempt.includes(what)) return
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
    findings.set(`${line} ${what}`, { file, line, what })
  }

  function visit(node: ts.Node): void {
    // What a class extends is a value, though the syntax tree calls it a type.
    if (ts.isExpressionWithTypeArguments(node)) {
      visit(node.expression)
      return
    }
    if (ts.isTypeNode(node) || ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) return
    report(node, moduleImported(node, file))
    report(node, dateOfNow(node, checker, ambient))
    for (const symbol of symbolsNamed(node, checker)) report(node, ambient.bySymbol.get(resolveAlias(symbol, checker)))
    // Handed on as a value it could be asked for anything.
    if (ts.isIdentifier(node) && (node.text === 'globalThis' || node.text === 'global') && isGlobal(node, checker)) {
      report(node, 'globalThis')
    }
    ts.forEachChild(node, visit)
  }

  visit(source)
  return [...findings.values()]
}

/** The forbidden module that an import, re-export, `import()` or `require()` brings in. */
function moduleImported(node: ts.Node, file: string): string | undefined {
  const specifier = importedModule(node)
  if (specifier === undefined) return undefined
  if (!ts.isStringLiteralLike(specifier)) return 'import() of a computed name'
  const name = specifier.text.replace(/^node:/, '')
  const rule = Object.hasOwn(AMBIENT_MODULES, name) ? AMBIENT_MODULES[name] : undefined
  return rule === undefined || rule.unlessIn.some((folder) => file.startsWith(folder)) ? undefined : `node:${name}`
}

function importedModule(node: ts.Node): ts.Expression | undefined {
  if (ts.isImportDeclaration(node)) {
    return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? undefined : node.moduleSpecifier
  }
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? undefined : node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (!ts.isCallExpression(node)) return undefined
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require'
  return node.expression.kind === ts.SyntaxKind.ImportKeyword || isRequire ? node.arguments[0] : undefined
}

/** `new Date()` and `Date()`, under any name; `new Date(ms)` is arithmetic. */
function dateOfNow(node: ts.Node, checker: ts.TypeChecker, ambient: AmbientNames): string | undefined {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return undefined
  const given = node.arguments ?? []
  const isCall = ts.isCallExpression(node)
  if (!isCall && given.length > 0 && !given.some(ts.isSpreadElement)) return undefined
  const declaration = checker.getResolvedSignature(node)?.declaration
  const isDate =
    declaration?.parent !== undefined &&
    (ts.isConstructSignatureDeclaration(declaration) || ts.isCallSignatureDeclaration(declaration)) &&
    ts.isInterfaceDeclaration(declaration.parent) &&
    checker.getSymbolAtLocation(declaration.parent.name) === ambient.dateConstructor
  if (!isDate) return undefined
  return isCall ? 'Date()' : 'new Date()'
}

/** What a node names: as a reference, as a key of an access, or as a key of a destructuring. */
function symbolsNamed(node: ts.Node, checker: ts.TypeChecker): readonly ts.Symbol[] {
  const found: (ts.Symbol | undefined)[] = []
  if (ts.isIdentifier(node)) {
    const { parent } = node
    if (ts.isShorthandPropertyAssignment(parent)) {
      found.push(checker.getShorthandAssignmentValueSymbol(parent))
    } else {
      found.push(checker.getSymbolAtLocation(node))
    }
    if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyAssignment(parent)) {
      found.push(assignedProperty(node, checker))
    }
  } else if (ts.isElementAccessExpression(node)) {
    found.push(...propertiesOf(node.expression, literalsOf(node.argumentExpression, checker), checker))
  } else if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
    const key = node.propertyName ?? node.name
    const names = ts.isComputedPropertyName(key)
      ? literalsOf(key.expression, checker)
      : ts.isIdentifier(key) || ts.isStringLiteralLike(key)
        ? [key.text]
        : []
    found.push(...propertiesOf(node.parent, names, checker))
  }
  return found.filter((symbol) => symbol !== undefined)
}

/** The property that `({ now: mine } = Date)` reads. */
function assignedProperty(name: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  let top: ts.Node = name.parent.parent
  while (!ts.isBinaryExpression(top) || top.operatorToken.kind !== ts.SyntaxKind.EqualsToken) {
    if (!ts.isObjectLiteralExpression(top) && !ts.isPropertyAssignment(top)) return undefined
    top = top.parent
  }
  return checker.getPropertySymbolOfDestructuringAssignment(name)
}

function propertiesOf(owner: ts.Node, names: readonly string[], checker: ts.TypeChecker): readonly ts.Symbol[] {
  const type = checker.getTypeAtLocation(owner)
  return names.map((name) => checker.getPropertyOfType(type, name)).filter((symbol) => symbol !== undefined)
}

/** The texts that an expression's type allows, where it allows only such. */
function literalsOf(expression: ts.Expression, checker: ts.TypeChecker): readonly string[] {
  const type = checker.getTypeAtLocation(expression)
  const members = type.isUnion() ? type.types : [type]
  return members.flatMap((member) => (member.isStringLiteral() ? [member.value] : []))
}

function resolveAlias(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)
}

function isGlobal(name: ts.Identifier, checker: ts.TypeChecker): boolean {
  if (ts.isPropertyAccessExpression(name.parent) && name.parent.name === name) return false
  const declarations = checker.getSymbolAtLocation(name)?.declarations ?? []
  return declarations.every((declaration) => declaration.getSourceFile().isDeclarationFile)
}

function resolveAmbientNames(program: ts.Program, checker: ts.TypeChecker): AmbientNames {
  const library = program.getSourceFiles().find((source) => program.isSourceFileDefaultLibrary(source))
  const globals = new Map(
    (library === undefined ? [] : checker.getSymbolsInScope(library, ts.SymbolFlags.Value)).map((symbol) => [
      symbol.name,
      symbol,
    ]),
  )
  const bySymbol = new Map<ts.Symbol, string>()

  for (const path of AMBIENT_GLOBALS) {
    const [name, member] = path.split('.')
    const owner = globals.get(name ?? '')
    const symbol = owner && member ? checker.getPropertyOfType(checker.getTypeOfSymbol(owner), member) : owner
    if (symbol === undefined) throw new RangeError(`The program does not know ${path}: give it the types of Node.`)
    bySymbol.set(resolveAlias(symbol, checker), path)
  }

  for (const [name, members] of Object.entries(AMBIENT_MEMBERS)) {
    const module = checker.getAmbientModules().find((candidate) => candidate.name === `"${name}"`)
    const exported = module === undefined ? [] : checker.getExportsOfModule(module)
    for (const member of members) {
      const symbol = exported.find((candidate) => candidate.name === member)
      if (symbol === undefined) throw new RangeError(`The program does not know ${member} of node:${name}.`)
      bySymbol.set(resolveAlias(symbol, checker), `${name}.${member}`)
    }
  }

  const date = globals.get('Date')
  const dateConstructor = date && checker.getTypeOfSymbol(date).getSymbol()
  if (dateConstructor === undefined) throw new RangeError('The program does not know Date.')
  return { bySymbol, dateConstructor }
}
