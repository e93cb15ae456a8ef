import { type AgentState, CcError, type Decision, type Policy, type ProposedAction } from '@cc/models'
import type { Random } from './seeded-random.ts'
import { count, type Tally } from './tally.ts'

type Underlying = AgentState['underlyings'][number]

/** What a policy is like. */
export type Temper = { rolls: number; closes: number; opens: number; nonsense: number }

export function drawTemper(random: Random): Temper {
  return {
    opens: random.between(0.75, 1),
    rolls: random.between(0.1, 0.45),
    closes: random.chance(0.35) ? random.between(0, 0.25) : 0,
    nonsense: random.chance(0.5) ? random.between(0, 0.2) : 0,
  }
}

/** A policy that trades for the sake of trading: sensible mostly, and sometimes not at all. */
export function createToyPolicy(random: Random, temper: Temper, tally: Tally): Policy {
  return {
    name: 'toy',
    async decide(state) {
      const proposal = propose(state)
      count(tally, `proposal/${(proposal as { action?: string })?.action ?? 'junk'}`)
      return { proposal } as Decision
    },
  }

  function propose(state: AgentState): ProposedAction {
    if (random.chance(temper.nonsense)) return nonsense(state)
    const free = state.underlyings.filter(({ currency }) => !state.memory.setAside.includes(currency))
    if (free.length === 0) return nothing()
    const underlying = random.pick(free)
    const held = underlying.portfolio.positions.filter(({ sizeCoin }) => sizeCoin < 0)
    if (held.length > 0 && random.chance(temper.closes)) return close(random.pick(held), underlying)
    if (held.length > 0 && random.chance(temper.rolls)) return roll(random.pick(held), underlying)
    return random.chance(temper.opens) ? open(underlying) : nothing()
  }

  function open({ candidates, portfolio: { coverage } }: Underlying): ProposedAction {
    // Most sales are of the next expiry, so that deliveries come.
    const soonestMs = Math.min(...candidates.map(({ instrument }) => instrument.expiryMs))
    const soon = candidates.filter(({ instrument }) => instrument.expiryMs === soonestMs)
    const candidate = pickOne(random.chance(0.93) ? soon : candidates)
    if (candidate === undefined) return nothing()
    const { symbol, sizeStepCoin } = candidate.instrument
    const most = Math.floor(coverage.freeCoin / sizeStepCoin + 1e-9)
    if (most < 1) return nothing()
    const steps = random.chance(0.5) ? most : 1 + random.below(most)
    return { action: 'OPEN_COVERED_CALL', params: { symbol, size: coin(steps, sizeStepCoin) }, reasoning: 'toy' }
  }

  function roll(position: Underlying['portfolio']['positions'][number], { candidates }: Underlying): ProposedAction {
    const { symbol: fromSymbol, expiryMs, sizeStepCoin } = position.instrument
    const later = candidates.filter(({ instrument }) => {
      return instrument.symbol !== fromSymbol && instrument.expiryMs >= expiryMs
    })
    const sameDay = later.filter(({ instrument }) => instrument.expiryMs === expiryMs)
    const candidate = pickOne(sameDay.length > 0 && random.chance(0.6) ? sameDay : later)
    if (candidate === undefined) return nothing()
    const params = { fromSymbol, toSymbol: candidate.instrument.symbol, size: part(position.sizeCoin, sizeStepCoin) }
    return { action: 'ROLL_COVERED_CALL', params, reasoning: 'toy' }
  }

  function close(
    { instrument, sizeCoin }: Underlying['portfolio']['positions'][number],
    _: Underlying,
  ): ProposedAction {
    const params = { symbol: instrument.symbol, size: part(sizeCoin, instrument.sizeStepCoin) }
    return { action: 'CLOSE_COVERED_CALL', params, reasoning: 'toy' }
  }

  function part(heldCoin: number, stepCoin: number): number {
    const steps = Math.round(-heldCoin / stepCoin)
    return coin(random.chance(0.7) ? steps : 1 + random.below(Math.max(1, steps)), stepCoin)
  }

  function pickOne<T>(values: readonly T[]): T | undefined {
    return values[random.below(values.length)]
  }

  /** What a policy must not be able to do, whatever it says. */
  function nonsense(state: AgentState): ProposedAction {
    const underlying = random.pick(state.underlyings)
    const { candidates, portfolio } = underlying
    const candidate = pickOne(candidates)
    const symbol = candidate?.instrument.symbol ?? `${underlying.currency}-1JAN27-1000-C`
    const stepCoin = candidate?.instrument.sizeStepCoin ?? 1
    const held = pickOne(portfolio.positions)
    const sell = (size: number, of = symbol): ProposedAction => ({
      action: 'OPEN_COVERED_CALL',
      params: { symbol: of, size },
      reasoning: 'nonsense',
    })
    const heldSymbol = held?.instrument.symbol ?? symbol
    const heldCoin = Math.abs(held?.sizeCoin ?? stepCoin)
    const { coveredCoin, freeCoin } = portfolio.coverage
    const ideas: (() => ProposedAction)[] = [
      () => sell(stepCoin, `${underlying.currency}-PERPETUAL`),
      () => sell(stepCoin, symbol.replace(/-C$/, '-P')),
      () => sell(stepCoin, 'BTC-1JAN99-1-C'),
      () => sell(1_000),
      () => sell(coin(Math.floor(freeCoin / stepCoin + 1e-9) + 1, stepCoin)),
      () => sell(coin(Math.floor(coveredCoin / stepCoin + 1e-9) + 1, stepCoin)),
      () => sell(stepCoin * 1.5),
      () => sell(-stepCoin),
      () => sell(Number.NaN),
      () => ({
        action: 'CLOSE_COVERED_CALL',
        params: { symbol: heldSymbol, size: coin(Math.round(heldCoin / stepCoin) + 1, stepCoin) },
        reasoning: 'nonsense',
      }),
      () => ({
        action: 'ROLL_COVERED_CALL',
        params: { fromSymbol: heldSymbol, toSymbol: heldSymbol, size: heldCoin },
        reasoning: 'nonsense',
      }),
      () => ({
        action: 'ROLL_COVERED_CALL',
        params: { fromSymbol: heldSymbol, toSymbol: symbol, size: coin(Math.round(heldCoin / stepCoin) + 1, stepCoin) },
        reasoning: 'nonsense',
      }),
      () => ({ action: 'SELL_EVERYTHING', params: {}, reasoning: 'nonsense' }) as unknown as ProposedAction,
      () => 'please sell' as unknown as ProposedAction,
      () => {
        throw new CcError('The policy cannot think.', {
          code: 'proof/policy',
          recovery: random.pick(['skip', 'retry']),
        })
      },
    ]
    count(tally, 'nonsense')
    return random.pick(ideas)()
  }
}

function nothing(): ProposedAction {
  return { action: 'DO_NOTHING', params: {}, reasoning: 'toy' }
}

/** So many steps, without the noise of floats. */
function coin(steps: number, stepCoin: number): number {
  return Math.round(steps * stepCoin * 1e8) / 1e8
}
