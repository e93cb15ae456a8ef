/* Black-76 as a textbook has it, in a plain loop over columns with libm: what `columns.bench.ts` measures against.
 *
 *   plain-black76 price|greeks CHAIN PASSES   nanoseconds per option
 *   plain-black76 print CHAIN                 a line per row: price, delta, gamma, vega, theta, rho
 *
 * CHAIN: rows as an int64, then as doubles forwards, strikes, years, volatilities, then flags (1 = call) as bytes. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double normal(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }

static void price(long rows, const double *forward, const double *strike, const double *years, const double *iv,
                  const uint8_t *is_call, double *usd) {
  for (long i = 0; i < rows; i++) {
    double sign = is_call[i] ? 1 : -1;
    double deviation = iv[i] * sqrt(years[i]);
    double d1 = log(forward[i] / strike[i]) / deviation + deviation / 2;
    double d2 = d1 - deviation;
    usd[i] = sign * (forward[i] * normal(sign * d1) - strike[i] * normal(sign * d2));
  }
}

static void greeks(long rows, const double *forward, const double *strike, const double *years, const double *iv,
                   const uint8_t *is_call, double *usd, double *delta, double *gamma, double *vega, double *theta,
                   double *rho) {
  for (long i = 0; i < rows; i++) {
    double sign = is_call[i] ? 1 : -1;
    double root = sqrt(years[i]);
    double deviation = iv[i] * root;
    double d1 = log(forward[i] / strike[i]) / deviation + deviation / 2;
    double d2 = d1 - deviation;
    double n1 = normal(sign * d1);
    double n2 = normal(sign * d2);
    double density = forward[i] * exp(-d1 * d1 / 2) * 0.3989422804014327;
    double value = sign * (forward[i] * n1 - strike[i] * n2);
    usd[i] = value;
    delta[i] = sign * n1;
    gamma[i] = density / (forward[i] * forward[i] * deviation);
    vega[i] = density * root / 100;
    theta[i] = -fmin(density * iv[i] / (2 * root) / 365 * fmin(1, years[i] * 365), value);
    rho[i] = sign * strike[i] * years[i] * n2 / 100;
  }
}

int main(int count, char **words) {
  if (count < 3) return 2;
  FILE *file = fopen(words[2], "rb");
  int64_t rows = 0;
  if (!file || fread(&rows, 8, 1, file) != 1) return 2;
  double *columns = malloc(10 * rows * sizeof(double));
  uint8_t *is_call = malloc(rows);
  if (fread(columns, sizeof(double), 4 * rows, file) != (size_t)(4 * rows)) return 2;
  if (fread(is_call, 1, rows, file) != (size_t)rows) return 2;
  double *column[10];
  for (int i = 0; i < 10; i++) column[i] = columns + i * rows;

  if (!strcmp(words[1], "print")) {
    greeks(rows, column[0], column[1], column[2], column[3], is_call, column[4], column[5], column[6], column[7],
           column[8], column[9]);
    for (long i = 0; i < rows; i++)
      for (int j = 4; j < 10; j++) printf("%.17g%c", column[j][i], j < 9 ? ' ' : '\n');
    return 0;
  }
  int with_greeks = !strcmp(words[1], "greeks");
  int passes = atoi(words[3]);
  double elapsed = 0, checksum = 0;
  for (int round = 0; round < 2; round++) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int pass = 0; pass < passes; pass++) {
      if (with_greeks)
        greeks(rows, column[0], column[1], column[2], column[3], is_call, column[4], column[5], column[6], column[7],
               column[8], column[9]);
      else
        price(rows, column[0], column[1], column[2], column[3], is_call, column[4]);
      checksum += column[4][pass % rows];
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    elapsed = (end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec);
  }
  if (!isfinite(checksum)) return 1;
  printf("%.3f\n", elapsed / passes / rows);
  return 0;
}
