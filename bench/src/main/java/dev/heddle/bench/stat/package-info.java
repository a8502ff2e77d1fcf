/// Figures of several rounds and what they say: medians, spreads, targets, verdicts.
///
/// Everything here is pure. A comparison is the median of per-round ratios, never the ratio of two
/// medians: two arms of the same round saw the same machine, two rounds did not.
@NullMarked
package dev.heddle.bench.stat;

import org.jspecify.annotations.NullMarked;
