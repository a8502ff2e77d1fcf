/// Configuration that changes as fast as it is taken, under load: no request may notice.
///
/// A [dev.heddle.e2e.swaps.MeshState] is one configuration and knows what it may answer; the
/// [dev.heddle.e2e.swaps.Timeline] says which of them may be in force; the
/// [dev.heddle.e2e.swaps.Ledger] has a line for each request and judges its answer by both.
@NullMarked
package dev.heddle.e2e.swaps;

import org.jspecify.annotations.NullMarked;
