import type { History, HistoryRecipe } from '../history/history.js'
import { quotedHistory } from '../history/quoted-history.js'
import { openReconstructedHistory } from './reconstructed-history.js'
import { openSyntheticHistory } from './synthetic-history.js'

/**
 * Makes the history of a recipe.
 *
 * @throws CcError as the opener of its kind does, for a recipe that is none.
 */
export function historyOf(recipe: HistoryRecipe): History {
  switch (recipe.kind) {
    case 'quoted':
      return quotedHistory(recipe)
    case 'reconstructed': {
      const { options, series, surfaces, source } = recipe
      return openReconstructedHistory(options, { series, surfaces, source })
    }
    case 'synthetic': {
      const { options, after } = recipe
      return openSyntheticHistory(options, after === undefined ? {} : { after })
    }
  }
}
