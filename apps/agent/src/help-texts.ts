/** Where simulated time begins. */
export const SIM_START = '2026-01-02T00:00Z'
export const TESTNET_NOTE = `
On the testnet (--venue testnet) no order leaves without --no-dry-run. The key comes from DERIBIT_CLIENT_ID and
DERIBIT_CLIENT_SECRET. The flags that shape a simulated world are refused there, and a log folder is continued.`

export const ROOT_EXAMPLES = [
  ['ccagent run --for 30d --every 1h --fresh', '30 simulated days for BTC and ETH, deciding hourly'],
  ['ccagent once --market chain.json --json', 'one decision on a recorded chain of the real exchange'],
  ['ccagent once --venue testnet', "one decision on Deribit's testnet; no order leaves"],
  ['ccagent backtest --preset weekly-25-delta', 'half a simulated year, with report'],
  ['ccagent sim', "a local exchange that speaks Deribit's protocol"],
  ['ccagent pause --reason "the Fed speaks at two"', 'sells nothing more, until "ccagent resume --reason …"'],
  ['ccagent kill', 'halts at once, and cancels what rests'],
  ['ccagent config print', 'the settings in force and where each came from'],
  ['ccagent decisions logs --action OPEN', 'what was decided, allowed and done'],
  ['ccagent replay logs', 'whether each decision comes to the same again'],
  ['ccagent logs verify logs', 'whether the log of a run is what was written'],
]
export const RUN_EXAMPLES = [
  ['ccagent run --for 30d --every 1h --fresh', '30 simulated days, deciding hourly, as fast as it goes'],
  ['ccagent run --underlying BTC --seed 7 --speed 3600', 'an hour a second, until Ctrl-C'],
  ['ccagent run --for 7d --log-dir runs/a --json', 'one decision record as JSON per line'],
  ['ccagent run --venue testnet --log-dir testnet', "on Deribit's testnet, as a dry run"],
]
export const ONCE_EXAMPLES = [
  ['ccagent once', 'one cycle in the synthetic market'],
  ['ccagent once --market chain.json --json', 'one decision on a recorded chain, as JSON'],
  ['ccagent once --market BTC.csv.gz,ETH.csv.gz --start 2026-02-01', 'on recorded chains of two coins'],
  ['ccagent once --venue testnet', "on Deribit's testnet, as a dry run"],
]
export const SIM_EXAMPLES = [
  ['ccagent sim', 'the synthetic market at the present time, on a free port'],
  ['ccagent sim --port 8080 --market BTC.json', 'a recorded chain of the real exchange, time frozen'],
  ['ccagent sim --virtual-time --json', 'for programs: time moves only by sim/advance_time'],
  ['ccagent sim --faults faults.json', 'it drops, delays, refuses and breaks what the file says'],
]
export const BACKTEST_EXAMPLES = [
  ['ccagent backtest --preset weekly-25-delta --from 2026-01-02 --to 2026-06-30', 'in the synthetic market'],
  [
    'ccagent backtest --data chains --underlying BTC --preset bxm --deposit BTC=10',
    'on recorded chains of the real exchange',
  ],
  [
    'ccagent backtest --data chains --fill passive --json',
    'from orders that rest at the middle first; one JSON document',
  ],
]
export const BACKTEST_NOTE = `
It decides by the rules, whenever quotes change, with the state, risk and execution of "ccagent run". Settings decide as
there; DELTA_MAX=0.2 before it is another strategy. Log, report.html, result.json and tables lie in one folder.
It is compared with holding, with presets as published, with bxmc (bxm, on half the coins while volatility is low for its
year) and bxm-hedged (bxm, its changing delta hedged in the perpetual, without funding): "--benchmarks none" is quicker.
With --verify-causality the run is made again with other prices after each of three moments: a decision before one of them
that comes to something else knew the future, and ends it with 6.`
export const SWEEP_EXAMPLES = [
  ['ccagent sweep --grid preset=bxm,bxmd,bxy', 'three presets in the synthetic market'],
  [
    'ccagent sweep --data chains --preset weekly-25-delta --grid target.delta=0.1,0.2,0.3 --grid fill=cross,mid',
    'six runs on recorded chains',
  ],
  ['ccagent sweep --grid DELTA_MAX=0.2,0.3 --grid TAKE_PROFIT=0.5,0.8 --dry-run', 'which runs that would be'],
]
export const SWEEP_NOTE = `
Parameters of a grid: preset, fill, settings such as DELTA_MAX, and options of the rules such as target.delta or rollWhen.dte.
Where the call nearest target.delta is sold, the deltas that may be sold lie within 0.06 of it, unless DELTA_MIN or DELTA_MAX
say otherwise. What was run is kept: the same sweep again goes on where it was stopped. sweep.json and sweep.csv have the
same bytes for any number of workers.`
export const REPORT_EXAMPLES = [['ccagent report backtests/bxm-0123456789abcdef', 'after an update, say']]
export const PAUSE_EXAMPLES = [
  ['ccagent pause --reason "the Fed speaks at two"', 'sells nothing more, until resumed'],
  ['ccagent pause --log-dir testnet --reason holiday', 'the agent of another log folder'],
]
export const RESUME_EXAMPLES = [
  ['ccagent resume --reason "looked at it, all fine"', 'sells again'],
  ['ccagent resume --log-dir testnet --reason "new key"', 'lifts a halt too, once its agent has ended'],
]
export const CLOSE_EXAMPLES = [
  ['ccagent close BTC-27MAR26-100000-C --reason "too near"', 'buys this call back, after it asked'],
  ['ccagent close all --reason "out for now" --yes', 'buys back every call, without asking'],
]
export const KILL_EXAMPLES = [
  ['ccagent kill', 'asks, then halts the agent of the log folder'],
  ['ccagent kill --log-dir testnet --reason "odd fills" --yes', 'at once, reading no settings but the key'],
]
export const KILL_NOTE = `
It writes the file HALT, which every agent there obeys within a second, also one that starts later; then it cancels what
rests at the exchange of the account by itself. Calls that were sold are not bought back: "ccagent close" does that.
It ends with 0 where the halt holds and nothing rests; with 5 or 7 where the exchange could not be asked, the halt stands.`
export const DECISIONS_EXAMPLES = [
  ['ccagent decisions logs --action OPEN', 'every sale, with its verdict and what was filled'],
  ['ccagent decisions logs --vetoed', 'what the risk engine refused, and by which numbers'],
  ['ccagent decisions logs --why BTC-16JAN26-100000-C', 'what became of this call at each decision'],
]
export const REPLAY_EXAMPLES = [
  ['ccagent replay logs', 'whether each decision comes to the same again'],
  ['DELTA_MAX=0.25 ccagent replay logs', 'which would not have, with another threshold'],
  ['ccagent replay logs --size BTC=0.5', 'the same with another largest sale'],
]
export const REPLAY_NOTE = `
The settings are those of the log, but for what flags and the environment say otherwise; .env and the settings file
have no say. Without such a change, a decision that comes to something else ends it with 6.`
export const EXPORT_EXAMPLES = [
  ['ccagent data export logs', 'logs/export/flat.parquet: a row per decision and coin'],
  ['ccagent data export logs --table trajectory --to data', 'a row per decision: observation, action, mask, reward'],
  ['ccagent data export logs --format csv', 'the same for a spreadsheet'],
]
export const FETCH_EXAMPLES = [
  ['ccagent data fetch --from 2025-01-01', 'hourly candles and DVOL, and delivery prices, into the folder data'],
  ['ccagent data fetch --chain --currency BTC', 'the chain of now; called hourly, it collects a history'],
]
export const FETCH_NOTE = `
No key is read or sent. Public data of production is the default, as the testnet has no history of use; nothing here can
trade. What was fetched lies in fetched.jsonl, from which the CSV files are made: a call that was stopped goes on there.`
export const EXIT_CODES = `
Settings come from flags, the environment, .env and ccagent.config.json, in this order.

Exit codes: 0 done (a DO_NOTHING is done), 1 a bug, 2 usage or settings, 3 another agent holds the lock,
4 halted, 5 credentials, 6 log or disk, 7 exchange unreachable, 130 SIGINT, 143 SIGTERM.`
