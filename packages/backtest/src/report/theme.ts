/** Colours of a page by what they are for. `heat` steps go from little to much, of a gain and of a loss. */
export type Theme = Readonly<
  Record<
    | 'page'
    | 'panel'
    | 'ink'
    | 'muted'
    | 'rule'
    | 'link'
    | 'gain'
    | 'loss'
    | 'strategy'
    | 'holding'
    | 'strike'
    | 'gain-1'
    | 'gain-2'
    | 'gain-3'
    | 'loss-1'
    | 'loss-2'
    | 'loss-3',
    string
  >
>

/** Blue for gain and orange for loss: told apart by every eye, and in grey by the sign. */
export const LIGHT: Theme = {
  page: '#ffffff',
  panel: '#f4f6f8',
  ink: '#1b1f24',
  muted: '#535c66',
  rule: '#cfd6dd',
  link: '#0b57d0',
  gain: '#0a5a8f',
  loss: '#a33f00',
  strategy: '#0b57d0',
  holding: '#8a6100',
  strike: '#a33f00',
  'gain-1': '#e3f1fb',
  'gain-2': '#c3e1f6',
  'gain-3': '#98ccef',
  'loss-1': '#fdeee3',
  'loss-2': '#fbd9bf',
  'loss-3': '#f7bd92',
}

export const DARK: Theme = {
  page: '#12161b',
  panel: '#1b2129',
  ink: '#e7eaee',
  muted: '#a3adb8',
  rule: '#3a434e',
  link: '#8ab4f8',
  gain: '#8cc8f2',
  loss: '#ffab73',
  strategy: '#8ab4f8',
  holding: '#e8b44a',
  strike: '#ffab73',
  'gain-1': '#17293a',
  'gain-2': '#1b3a55',
  'gain-3': '#1f4d74',
  'loss-1': '#33241a',
  'loss-2': '#4d301b',
  'loss-3': '#6b3f1c',
}

/** Text on what it stands on, as the style sheet sets it: each pair is held to 4.5 to 1. */
export const TEXT_PAIRS: readonly (readonly [text: keyof Theme, ground: keyof Theme])[] = [
  ['ink', 'page'],
  ['ink', 'panel'],
  ['muted', 'page'],
  ['muted', 'panel'],
  ['link', 'page'],
  ['link', 'panel'],
  ['gain', 'page'],
  ['gain', 'panel'],
  ['loss', 'page'],
  ['loss', 'panel'],
  ['ink', 'gain-1'],
  ['ink', 'gain-2'],
  ['ink', 'gain-3'],
  ['ink', 'loss-1'],
  ['ink', 'loss-2'],
  ['ink', 'loss-3'],
]

/** Lines and marks on what they are drawn on: each pair is held to 3 to 1. */
export const MARK_PAIRS: readonly (readonly [mark: keyof Theme, ground: keyof Theme])[] = [
  ['strategy', 'page'],
  ['holding', 'page'],
  ['strike', 'page'],
]

/** The declarations of a theme, `--ink: #…;`. */
export function themeVariables(theme: Theme): string {
  return Object.entries(theme)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('')
}
